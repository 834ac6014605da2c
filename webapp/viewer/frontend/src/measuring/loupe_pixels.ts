/** What the loupe shows: the samples around a place, magnified, in the window and the turn of the view. */
import type { Affine, ImagePoint } from '../geometry/pixels';
import { canvasPoint, imagePoint, toImage } from '../geometry/pixels';
import type { Bounds } from '../viewport/window_level';

export interface Samples {
  readonly data: ArrayLike<number>;
  readonly columns: number;
  readonly rows: number;
}

export interface LoupeView {
  /** Image px -> CSS px of the view. */
  readonly affine: Affine;
  readonly bounds: Bounds;
  readonly isInverted: boolean;
}

/** Between the four nearest pixels; null outside of the picture. Pixel (i, j) has its centre at (i + 0.5, j + 0.5). */
export function sampleAt({ data, columns, rows }: Samples, { x, y }: ImagePoint): number | null {
  if (x < 0 || y < 0 || x >= columns || y >= rows) return null;
  const [u, v] = [Math.min(Math.max(x - 0.5, 0), columns - 1), Math.min(Math.max(y - 0.5, 0), rows - 1)];
  const [i, j] = [Math.floor(u), Math.floor(v)];
  const [right, below] = [Math.min(i + 1, columns - 1), Math.min(j + 1, rows - 1)];
  const value = (column: number, row: number): number => data[row * columns + column] ?? 0;
  const above = value(i, j) * (1 - (u - i)) + value(right, j) * (u - i);
  const under = value(i, below) * (1 - (u - i)) + value(right, below) * (u - i);
  return above * (1 - (v - j)) + under * (v - j);
}

/**
 * RGBA of a square of `side` px. centre: the image point in its middle. scale: px of the loupe per CSS px of the view. Black outside of
 * the picture.
 */
export function loupePixels(side: number, centre: ImagePoint, scale: number, samples: Samples, view: LoupeView): Uint8ClampedArray<ArrayBuffer> {
  const { affine, bounds, isInverted } = view;
  const direction: Affine = { ...affine, e: 0, f: 0 };
  const [right, down] = [toImage(direction, canvasPoint(1 / scale, 0)), toImage(direction, canvasPoint(0, 1 / scale))];
  const out = new Uint8ClampedArray(4 * side * side);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const [across, along] = [column + 0.5 - side / 2, row + 0.5 - side / 2];
      const x = centre.x + across * right.x + along * down.x;
      const sample = sampleAt(samples, imagePoint(x, centre.y + across * right.y + along * down.y));
      const share = sample === null ? 0 : Math.min(Math.max((sample - bounds.lower) / (bounds.upper - bounds.lower), 0), 1);
      const grey = 255 * (isInverted && sample !== null ? 1 - share : share);
      const at = 4 * (row * side + column);
      out[at] = out[at + 1] = out[at + 2] = grey;
      out[at + 3] = 255;
    }
  }
  return out;
}
