/**
 * The same place in two pictures of one patient, by their thorax frames (docs/thorax.md), and the view of one that follows the
 * view of the other. Where a picture has no frame its edges stand in: 0 to 1 across and down.
 */
import type { HeaderDocument } from '../api/documents';
import type { ThoraxDocument } from '../api/schema';
import type { Affine, ImagePoint } from '../geometry/pixels';
import { imagePoint, scales } from '../geometry/pixels';

export type ThoraxLines = NonNullable<ThoraxDocument['lines']>;

/** What is needed of a picture: its pixels as stored, how it is turned to L\F, and its frame in the turned picture. */
export interface Plate {
  readonly header: Pick<HeaderDocument, 'rows' | 'columns' | 'placement'>;
  readonly lines: ThoraxLines | null;
}

/** The middle of a view, and CSS px per image px along the rows. */
export interface Look {
  readonly at: ImagePoint;
  readonly scale: number;
}

type Pair = readonly [number, number];

const TIMES = 3; // the level leans on u by the difference of the domes alone: it settles at once

/** From stored pixels to those of the picture turned to L\F. */
export function turned({ header }: Plate, { x, y }: ImagePoint): Pair {
  const { turn } = header.placement;
  const [across, down] = turn.transposed ? [y, x] : [x, y];
  const [width, height] = turnedSize(header);
  return [turn.flips_columns ? width - across : across, turn.flips_rows ? height - down : down];
}

export function stored({ header }: Plate, [across, down]: Pair): ImagePoint {
  const { turn } = header.placement;
  const [width, height] = turnedSize(header);
  const x = turn.flips_columns ? width - across : across;
  const y = turn.flips_rows ? height - down : down;
  return turn.transposed ? imagePoint(y, x) : imagePoint(x, y);
}

function turnedSize({ rows, columns, placement }: Plate['header']): Pair {
  return placement.turn.transposed ? [rows, columns] : [columns, rows];
}

const meanDome = ({ right_dome: right, left_dome: left }: ThoraxLines): number => (right + left) / 2;
const clipped = (u: number): number => Math.min(1, Math.max(-1, u));
const domeAt = (lines: ThoraxLines, u: number): number =>
  meanDome(lines) + 0.5 * clipped(u) * (lines.left_dome - lines.right_dome);

/** u and v of a point of the turned picture, as `inference/thorax/thorax_frame.py::ThoraxFrame` counts them. */
export function coordinates(lines: ThoraxLines, [x, y]: Pair): Pair {
  const [above = 0, below = 0] = lines.midline;
  let u = 0;
  let v = (y - lines.apex) / (meanDome(lines) - lines.apex);
  for (let i = 0; i < TIMES; i += 1) {
    const across = x - (above + (below - above) * v);
    u = across / (across < 0 ? lines.half_right : lines.half_left);
    v = (y - lines.apex) / (domeAt(lines, u) - lines.apex);
  }
  return [u, v];
}

/** The point of the turned picture that has these thorax coordinates. */
export function place(lines: ThoraxLines, [u, v]: Pair): Pair {
  const [above = 0, below = 0] = lines.midline;
  const x = above + (below - above) * v + u * (u < 0 ? lines.half_right : lines.half_left);
  return [x, lines.apex + v * (domeAt(lines, u) - lines.apex)];
}

/** Whether both pictures have a frame: one alone says nothing about the other. */
export const haveFrames = (one: Plate, other: Plate): boolean => one.lines !== null && other.lines !== null;

/** The place in `other` where the same anatomy lies as at `at` in `one`; stored pixels of each. */
export function samePlace(one: Plate, other: Plate, at: ImagePoint): ImagePoint {
  const from = turned(one, at);
  if (one.lines && other.lines) return stored(other, place(other.lines, coordinates(one.lines, from)));
  const [width, height] = turnedSize(one.header);
  const [otherWidth, otherHeight] = turnedSize(other.header);
  return stored(other, [(from[0] / width) * otherWidth, (from[1] / height) * otherHeight]);
}

/** Width times height of the chest, or of the picture: of their square root a view is magnified. */
function extent(plate: Plate, isByFrame: boolean): number {
  const { lines } = plate;
  if (!lines || !isByFrame) return plate.header.rows * plate.header.columns;
  return (lines.half_right + lines.half_left) * (meanDome(lines) - lines.apex);
}

/** The view of `other` that shows the same part of the chest as large as `one` shows it. `affine`s: of both views now. */
export function sameLook(one: Plate, other: Plate, at: ImagePoint, affine: Affine, otherAffine: Affine): Look {
  const isByFrame = haveFrames(one, other);
  const now = scales(affine);
  const theirs = scales(otherAffine);
  const area = (now.horizontal * now.vertical * extent(one, isByFrame)) / extent(other, isByFrame);
  return { at: samePlace(one, other, at), scale: Math.sqrt((area * theirs.horizontal) / theirs.vertical) };
}
