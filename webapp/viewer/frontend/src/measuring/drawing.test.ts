import { describe, expect, it } from 'vitest';
import type { Drawing } from './drawing';
import { drawnPoints, isWhole, movedTo, newDrawing, pressed, released } from './drawing';
import type { MeasurementKind } from './measurement';

const at = (x: number) => ({ x, y: 10 * x });
const dragged = (drawing: Drawing, from: number, to: number): Drawing => released(movedTo(pressed(drawing, at(from)), at(to)), at(to), true);
const clicked = (drawing: Drawing, x: number): Drawing => released(pressed(movedTo(drawing, at(x)), at(x)), at(x), false);
const xs = (drawing: Drawing): number[] => drawing.fixed.map(({ x }) => x);

describe('drawing', () => {
  it('a length is one drag', () => {
    const drawn = dragged(newDrawing('length'), 1, 2);
    expect([xs(drawn), isWhole(drawn), drawn.floating]).toEqual([[1, 2], true, null]);
  });

  it('a length is two clicks, and follows the pointer between them', () => {
    const begun = clicked(newDrawing('length'), 1);
    expect(isWhole(begun)).toBe(false);
    expect(drawnPoints(movedTo(begun, at(5)))).toEqual([at(1), at(5)]);
    expect(xs(clicked(begun, 2))).toEqual([1, 2]);
  });

  it('an angle is a drag to its vertex and a click, or three clicks', () => {
    const leg = dragged(newDrawing('angle'), 1, 2);
    expect([xs(leg), isWhole(leg), leg.floating]).toEqual([[1, 2], false, at(2)]);
    expect(xs(clicked(leg, 3))).toEqual([1, 2, 3]);
    expect(xs([1, 2, 3].reduce(clicked, newDrawing('angle')))).toEqual([1, 2, 3]);
  });

  it.each(['cobb', 'ratio'] as MeasurementKind[])('a %s is two drags: nothing follows the pointer between its lines', (kind) => {
    const line = dragged(newDrawing(kind), 1, 2);
    expect(line.floating).toBeNull();
    expect(drawnPoints(movedTo(line, at(9)))).toEqual([at(1), at(2)]);
    const both = dragged(line, 3, 4);
    expect([xs(both), isWhole(both)]).toEqual([[1, 2, 3, 4], true]);
    expect(xs([1, 2, 3, 4].reduce(clicked, newDrawing(kind)))).toEqual([1, 2, 3, 4]);
  });
});
