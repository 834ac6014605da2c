import { describe, expect, it } from 'vitest';
import { contour } from './contour';
import type { ScoreMap } from './heat_map';
import { interpolate } from './heat_map';

const map = (rows: readonly (readonly number[])[]): ScoreMap => ({
  scores: Float32Array.from(rows.flat()),
  width: rows[0]!.length,
  height: rows.length,
});

/** Bilinear score at a point of a contour, with the border held. */
function scoreAt({ scores, width, height }: ScoreMap, x: number, y: number): number {
  const u = Math.min(Math.max(x - 0.5, 0), width - 1);
  const v = Math.min(Math.max(y - 0.5, 0), height - 1);
  const [i, j] = [Math.min(Math.floor(u), width - 2), Math.min(Math.floor(v), height - 2)];
  const at = (p: number, q: number): number => scores[q * width + p]!;
  const top = at(i, j) * (1 - u + i) + at(i + 1, j) * (u - i);
  const low = at(i, j + 1) * (1 - u + i) + at(i + 1, j + 1) * (u - i);
  return top * (1 - v + j) + low * (v - j);
}

const pieces = (line: Float32Array): [number, number, number, number][] =>
  Array.from({ length: line.length / 4 }, (_, n) => [...line.subarray(4 * n, 4 * n + 4)] as [number, number, number, number]);

describe('the contour of a map', () => {
  it('crosses a slope where the score takes the threshold', () => {
    // Scores 0, 1 at x .5, 1.5: .25 is taken at x .75, all the way down.
    expect(pieces(contour(map([[0, 1], [0, 1]]), 0.25))).toEqual([[0.75, 0.5, 0.75, 1.5]]); // prettier-ignore
  });

  it('is empty where nothing crosses', () => {
    expect(contour(map([[0, 0], [0, 0]]), 0.5)).toHaveLength(0); // prettier-ignore
    expect(contour(map([[1, 1], [1, 1]]), 0.5)).toHaveLength(0); // prettier-ignore
  });

  it('lies on the threshold of the bilinear field, at every piece', () => {
    const coarse = map([[0, 0.2, 0, 0], [0.1, 1, 0.3, 0], [0, 0.8, 0.9, 0.1], [0, 0, 0.2, 0]]); // prettier-ignore
    const fine = interpolate(coarse, 160, 160);
    const found = pieces(contour(fine, 0.5));
    expect(found.length).toBeGreaterThan(100);
    for (const [x0, y0] of found) expect(scoreAt(coarse, (x0 / 160) * 4, (y0 / 160) * 4)).toBeCloseTo(0.5, 2);
  });

  it('closes around one hot cell, and turns by little from piece to piece', () => {
    const coarse = map(Array.from({ length: 5 }, (_, j) => Array.from({ length: 5 }, (_, i) => (i === 2 && j === 2 ? 1 : 0))));
    const found = pieces(contour(interpolate(coarse, 200, 200), 0.4));
    const key = (x: number, y: number): string => `${x.toFixed(3)} ${y.toFixed(3)}`;
    const next = new Map<string, string[]>();
    const link = (from: string, to: string): void => void next.set(from, [...(next.get(from) ?? []), to]);
    for (const [x0, y0, x1, y1] of found) {
      link(key(x0, y0), key(x1, y1));
      link(key(x1, y1), key(x0, y0));
    }
    expect([...next.values()].every((ends) => ends.length === 2)).toBe(true); // one closed line, no loose end
    // Where the cell's quarters meet the field has a crease, four in all; elsewhere the line bends by under 6 degrees.
    const bends = [...next].map(([at, [before, after]]) => {
      const [p, q, r] = [before!, at, after!].map((text) => text.split(' ').map(Number) as [number, number]);
      const angle = Math.atan2(r![1] - q![1], r![0] - q![0]) - Math.atan2(q![1] - p![1], q![0] - p![0]);
      const length = Math.min(Math.hypot(r![0] - q![0], r![1] - q![1]), Math.hypot(q![0] - p![0], q![1] - p![1]));
      return length < 0.05 ? 0 : Math.abs(Math.atan2(Math.sin(angle), Math.cos(angle))) * (180 / Math.PI);
    });
    expect(bends.filter((bend) => bend > 6).length).toBeLessThanOrEqual(8);
  });

  it('takes a score equal to the threshold in, as the colours do', () => {
    expect(pieces(contour(map([[0, 0.5], [0, 0.5]]), 0.5))[0]?.[0]).toBe(1.5); // prettier-ignore
  });

  it('joins or parts opposite corners as the field between them says', () => {
    const joined = pieces(contour(map([[1, 0.4], [0.4, 1]]), 0.5)); // prettier-ignore: the saddle is (1 - .16) / 1.2 = .7
    const parted = pieces(contour(map([[1, 0], [0, 1]]), 0.6)); // prettier-ignore: the saddle is .5
    const isNear = ([x0, y0, x1, y1]: [number, number, number, number], x: number, y: number): boolean =>
      Math.hypot((x0 + x1) / 2 - x, (y0 + y1) / 2 - y) < 0.5;
    expect(joined.some((piece) => isNear(piece, 1.5, 0.5))).toBe(true); // around the outer corners
    expect(parted.some((piece) => isNear(piece, 0.5, 0.5))).toBe(true); // around the inner ones
  });
});
