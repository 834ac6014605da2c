/**
 * Lengths, angles and ratios between points of the picture, in the space where a pixel is as large as it is: under anisotropic
 * spacing neither is what it seems in pixels. Points in image px (pixels.ts).
 */
import type { PixelSize } from './pixel_size';

export interface Place {
  readonly x: number;
  readonly y: number;
}

export type Line = readonly [Place, Place];

const DEGREES = 180 / Math.PI;

/** [x, y] of the way from one point to another, in the unit of `size`. */
const way = ([from, to]: Line, size: Pick<PixelSize, 'column' | 'row'>): [number, number] => [
  (to.x - from.x) * size.column,
  (to.y - from.y) * size.row,
];

/** In the unit of `size`. */
export const lengthOf = (line: Line, size: Pick<PixelSize, 'column' | 'row'>): number => Math.hypot(...way(line, size));

/** Between two directions, 0 to 180 degrees; null where one of them has no length. */
function between(one: Line, other: Line, size: Pick<PixelSize, 'column' | 'row'>): number | null {
  const [ax, ay] = way(one, size);
  const [bx, by] = way(other, size);
  if (Math.hypot(ax, ay) === 0 || Math.hypot(bx, by) === 0) return null;
  return Math.abs(Math.atan2(ax * by - ay * bx, ax * bx + ay * by)) * DEGREES;
}

/** At `vertex`, 0 to 180 degrees; null where a leg has no length. */
export const angleAt = (one: Place, vertex: Place, other: Place, size: Pick<PixelSize, 'column' | 'row'>): number | null =>
  between([vertex, one], [vertex, other], size);

/** Between two lines, whichever way they were drawn, 0 to 90 degrees; null where a line has no length. */
export function cobbAngle(one: Line, other: Line, size: Pick<PixelSize, 'column' | 'row'>): number | null {
  const angle = between(one, other, size);
  return angle === null ? null : Math.min(angle, 180 - angle);
}

/** Widest heart over widest inner thorax, without unit; null where the line of the thorax has no length. */
export function cardiothoracicRatio(heart: Line, thorax: Line, size: Pick<PixelSize, 'column' | 'row'>): number | null {
  const width = lengthOf(thorax, size);
  return width === 0 ? null : lengthOf(heart, size) / width;
}

/** Distance of a point from a line between its ends, in the unit of the points. */
export function distanceFrom(point: Place, [from, to]: Line): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / squared;
  const share = Math.min(Math.max(along, 0), 1);
  return Math.hypot(point.x - from.x - share * dx, point.y - from.y - share * dy);
}
