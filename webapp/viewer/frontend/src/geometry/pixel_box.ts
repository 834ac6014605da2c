/** Boxes in image pixels: x, y of the top left corner, w, h > 0, all floats (the corner convention of pixels.ts). */
import type { ImagePoint } from './pixels';

export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface ImageSize {
  readonly columns: number;
  readonly rows: number;
}

/** Smallest box a reader can leave behind, image px: less than this is a slip of the hand. */
export const SMALLEST_BOX_PX = 2;
/** Side of the box that the keyboard places, as a fraction of the shorter image side. */
const CENTRE_BOX_FRACTION = 0.15;

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** The box around any corners, cut to the image; null when less than SMALLEST_BOX_PX of it is left. */
export function boxAround(corners: readonly ImagePoint[], size: ImageSize): PixelBox | null {
  const xs = corners.map((p) => clamp(p.x, 0, size.columns));
  const ys = corners.map((p) => clamp(p.y, 0, size.rows));
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  const w = Math.max(...xs) - x;
  const h = Math.max(...ys) - y;
  return w < SMALLEST_BOX_PX || h < SMALLEST_BOX_PX ? null : { x, y, w, h };
}

export function centreBox(size: ImageSize): PixelBox {
  const side = CENTRE_BOX_FRACTION * Math.min(size.columns, size.rows);
  return { x: (size.columns - side) / 2, y: (size.rows - side) / 2, w: side, h: side };
}

/** Moves a box by whole steps and keeps it inside the image. */
export function movedBox(box: PixelBox, dx: number, dy: number, size: ImageSize): PixelBox {
  return {
    ...box,
    x: clamp(box.x + dx, 0, size.columns - box.w),
    y: clamp(box.y + dy, 0, size.rows - box.h),
  };
}

/** Grows or shrinks a box at its right and lower edge. */
export function resizedBox(box: PixelBox, dw: number, dh: number, size: ImageSize): PixelBox {
  return {
    ...box,
    w: clamp(box.w + dw, SMALLEST_BOX_PX, size.columns - box.x),
    h: clamp(box.h + dh, SMALLEST_BOX_PX, size.rows - box.y),
  };
}

/** Corners in the order left-top, right-top, left-bottom, right-bottom. */
export function boxCorners(box: PixelBox): readonly [number, number][] {
  const right = box.x + box.w;
  const bottom = box.y + box.h;
  return [
    [box.x, box.y],
    [right, box.y],
    [box.x, bottom],
    [right, bottom],
  ];
}

export const BOX_SIDES = ['x', 'y', 'w', 'h'] as const;
export type BoxSide = (typeof BOX_SIDES)[number];

/** What a side of the box may be set to while the other three stay: [least, most], image px. */
export function rangeOf(box: PixelBox, side: BoxSide, size: ImageSize): readonly [number, number] {
  const extent = side === 'x' || side === 'w' ? size.columns : size.rows;
  if (side === 'x') return [0, extent - box.w];
  if (side === 'y') return [0, extent - box.h];
  return [SMALLEST_BOX_PX, extent - box[side === 'w' ? 'x' : 'y']];
}

/** The box with one side as it was typed, image px; in words why not, where it cannot be. */
export function boxWith(box: PixelBox, side: BoxSide, typed: string, size: ImageSize): PixelBox | string {
  const [least, most] = rangeOf(box, side, size);
  const value = typed.trim() === '' ? Number.NaN : Number(typed.replace(',', '.'));
  // The numbers are shown with one place behind the point: what is shown as the most is taken for it.
  if (!Number.isFinite(value) || value < least - 0.05 || value > most + 0.05)
    return `${side} of the box is not changed: “${typed}” is no number from ${least.toFixed(1)} to ${most.toFixed(1)}`;
  return { ...box, [side]: clamp(value, least, most) };
}
