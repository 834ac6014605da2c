import { expect, it } from 'vitest';
import { canvasPoint } from '../geometry/pixels';
import { hitAt } from './hit';
import type { Measurement } from './measurement';

/** Two CSS px for an image px, turned to the right by 90 degrees: X = 500 - 2 y, Y = 2 x. */
const TURNED = { a: 0, b: 2, c: -2, d: 0, e: 500, f: 0 };
const line = (id: string, y: number): Measurement => ({ id, kind: 'length', madeAt: 0, points: [{ x: 10, y }, { x: 110, y }] });
const ITEMS = [line('near', 50), line('far', 56)];
const hit = (x: number, y: number, selected: string | null = null, reach: 'mouse' | 'touch' = 'mouse') => hitAt(ITEMS, selected, TURNED, canvasPoint(x, y), reach);

it('a handle is found on its pixels in a turned view, before the line it ends', () => {
  expect(hit(401, 23)).toEqual({ id: 'near', handle: 0 });
  expect(hit(400, 220)).toEqual({ id: 'near', handle: 1 });
});

it('a line is found between its points, and nothing beyond the reach of the pointer', () => {
  expect(hit(403, 120)).toEqual({ id: 'near', handle: null });
  expect(hit(412, 120)).toBeNull();
  expect(hit(412, 120, null, 'touch')).toEqual({ id: 'near', handle: null });
});

it('the selected one comes first where two are in reach', () => {
  expect(hit(395, 120)?.id).toBe('near');
  expect(hit(395, 120, 'far')?.id).toBe('far');
});
