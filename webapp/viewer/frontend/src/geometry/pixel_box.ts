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
