/**
 * Where a map crosses its threshold, as a line: marching squares over the bilinear field, sampled as finely as it is coloured.
 *
 * On the model's own grid, cells of some 30 image pixels, straight pieces would show; the bilinear field bends inside each cell.
 * A score equal to the threshold lies inside, as it does where the map is coloured.
 */
import type { ScoreMap } from './heat_map';

/** Pieces of the line, x0 y0 x1 y1 each, in samples: the centre of sample (i, j) is (i + 0.5, j + 0.5). */
export function contour({ scores, width, height }: ScoreMap, threshold: number): Float32Array {
  const pieces: number[] = [];
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const at = y * width + x;
      const corners = [scores[at]!, scores[at + 1]!, scores[at + width + 1]!, scores[at + width]!] as const;
      const kind = corners.reduce((sum, score, nth) => (score >= threshold ? sum | (1 << nth) : sum), 0);
      if (kind === 0 || kind === 15) continue;
      for (const [from, to] of edgesOf(kind, corners, threshold)) {
        pieces.push(...crossing(from, corners, threshold, x, y), ...crossing(to, corners, threshold, x, y));
      }
    }
  }
  return Float32Array.from(pieces);
}

/** Corners from the upper left, clockwise; edge n runs from corner n to the next. */
type Corners = readonly [number, number, number, number];
type Edge = 0 | 1 | 2 | 3;
type Pair = readonly [Edge, Edge];

/** Edges that are crossed, by which corners lie inside (bit n: corner n); opposite corners have two ways. */
const CROSSED: Readonly<Record<number, readonly Pair[]>> = {
  1: [[3, 0]],
  2: [[0, 1]],
  3: [[3, 1]],
  4: [[1, 2]],
  6: [[0, 2]],
  7: [[3, 2]],
  8: [[2, 3]],
  9: [[2, 0]],
  11: [[2, 1]],
  12: [[1, 3]],
  13: [[1, 0]],
  14: [[0, 3]],
};
const APART: readonly (readonly Pair[])[] = [
  [[3, 0], [1, 2]], // the inner corners 0 and 2 lie apart
  [[0, 1], [2, 3]], // 1 and 3 do
]; // prettier-ignore

/** Where two opposite corners lie inside, the bilinear field at the saddle says whether they are joined. */
function edgesOf(kind: number, corners: Corners, threshold: number): readonly Pair[] {
  if (kind !== 5 && kind !== 10) return CROSSED[kind] ?? [];
  const [a, b, c, d] = corners;
  const isJoined = (a * c - b * d) / (a + c - b - d) >= threshold;
  return (kind === 5) === isJoined ? APART[1]! : APART[0]!;
}

const CORNER_X = [0, 1, 1, 0] as const;
const CORNER_Y = [0, 0, 1, 1] as const;

/** Where the field, linear along an edge, takes the threshold. */
function crossing(edge: Edge, corners: Corners, threshold: number, x: number, y: number): [number, number] {
  const next = ((edge + 1) % 4) as Edge;
  const share = (threshold - corners[edge]) / (corners[next] - corners[edge]);
  return [
    x + 0.5 + CORNER_X[edge] + share * (CORNER_X[next] - CORNER_X[edge]),
    y + 0.5 + CORNER_Y[edge] + share * (CORNER_Y[next] - CORNER_Y[edge]),
  ];
}
