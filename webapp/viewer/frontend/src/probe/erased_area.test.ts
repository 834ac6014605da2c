import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { ProbeStructure } from '../api/schema';
import { ErasedArea } from './ErasedArea';

const square = (x: number, y: number, side: number): [number, number][] => [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]; // prettier-ignore

/** What the mask lets through at a point, painted in its order: squares alone. */
function isHighlighted(markup: string, x: number, y: number): boolean {
  let isWhite = false;
  for (const [, d = '', fill] of markup.matchAll(/<path d="([^"]+)" fill="(\w+)"/g)) {
    const numbers = d.match(/[\d.]+/g)?.map(Number) ?? [];
    const across = numbers.filter((_, nth) => nth % 2 === 0);
    const down = numbers.filter((_, nth) => nth % 2 === 1);
    const isInside = x > Math.min(...across) && x < Math.max(...across) && y > Math.min(...down) && y < Math.max(...down);
    if (isInside) isWhite = fill === 'white';
  }
  return isWhite;
}

const drawn = (area: Partial<ProbeStructure>): string =>
  renderToStaticMarkup(createElement(ErasedArea, { area: { code: null, title: 't', outlines: [], holes: [], ...area }, size: { columns: 100, rows: 100 } }));

describe('an area that is pointed at', () => {
  it('is the union of its outlines, also where they overlap or run the other way round', () => {
    const markup = drawn({ outlines: [square(0, 0, 40), square(20, 20, 40).reverse()] });
    expect([10, 30, 50, 70].map((at) => isHighlighted(markup, at, at))).toEqual([true, true, true, false]);
  });

  it('leaves out a hole of several outlines at once, as the chest between four corners', () => {
    const markup = drawn({ outlines: [square(0, 0, 60), square(40, 0, 60), square(0, 40, 60), square(40, 40, 60)], holes: [square(20, 20, 60)] });
    expect([10, 50, 90].map((at) => isHighlighted(markup, at, at))).toEqual([true, false, true]);
    expect(isHighlighted(markup, 50, 10)).toBe(true);
  });

  it('paints the whole picture through that mask', () => {
    const [, id] = /<mask id="([^"]+)"/.exec(drawn({ outlines: [square(0, 0, 9)] })) ?? [];
    expect(id).toBeTruthy();
    expect(drawn({ outlines: [square(0, 0, 9)] })).toContain(`d="M0 0H100V100H0Z" mask="url(#${id})" class="pointed"`);
  });
});
