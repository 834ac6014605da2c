/**
 * Image pixels, canvas pixels and the affine between them.
 *
 * Convention (everything stored, sent or exported uses it): x to the right, y down, pixel (i, j) covers
 * [i, i+1) x [j, j+1); corners are at integers, centres at +0.5, the image is [0, columns] x [0, rows].
 * Image pixels and canvas pixels (CSS px from the top left of the canvas) are different types on purpose.
 */

export interface ImagePoint {
  readonly space: 'image';
  readonly x: number;
  readonly y: number;
}

export interface CanvasPoint {
  readonly space: 'canvas';
  readonly x: number;
  readonly y: number;
}

export const imagePoint = (x: number, y: number): ImagePoint => ({ space: 'image', x, y });
export const canvasPoint = (x: number, y: number): CanvasPoint => ({ space: 'canvas', x, y });

/** Image -> canvas: X = a x + c y + e, Y = b x + d y + f (the order of SVG matrix() and setTransform). */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** Distance of the two reference points from the origin, image px: long enough that rounding vanishes. */
export const REFERENCE_PX = 1000;

/** The affine through the images of (0, 0), (REFERENCE_PX, 0) and (0, REFERENCE_PX). */
export function affineFromThreePoints(origin: CanvasPoint, right: CanvasPoint, down: CanvasPoint): Affine {
  return {
    a: (right.x - origin.x) / REFERENCE_PX,
    b: (right.y - origin.y) / REFERENCE_PX,
    c: (down.x - origin.x) / REFERENCE_PX,
    d: (down.y - origin.y) / REFERENCE_PX,
    e: origin.x,
    f: origin.y,
  };
}

export function toCanvas(m: Affine, p: ImagePoint): CanvasPoint {
  return canvasPoint(m.a * p.x + m.c * p.y + m.e, m.b * p.x + m.d * p.y + m.f);
}

/** Raises Error for a matrix without inverse (a view of no size). */
export function toImage(m: Affine, p: CanvasPoint): ImagePoint {
  const determinant = m.a * m.d - m.b * m.c;
  if (determinant === 0) throw new Error(`view matrix ${JSON.stringify(m)} has no inverse`);
  const x = p.x - m.e;
  const y = p.y - m.f;
  return imagePoint((m.d * x - m.c * y) / determinant, (m.a * y - m.b * x) / determinant);
}

/** CSS px per image px along the image's rows and columns. */
export function scales(m: Affine): { horizontal: number; vertical: number } {
  return { horizontal: Math.hypot(m.a, m.b), vertical: Math.hypot(m.c, m.d) };
}

export function matrixAttribute(m: Affine): string {
  return `matrix(${m.a} ${m.b} ${m.c} ${m.d} ${m.e} ${m.f})`;
}
