/** Camera moves of a stack viewport: zoom about a point, pan, fit, turn and flip. */
import type { StackViewport, Types } from '@cornerstonejs/core';
import type { CanvasPoint } from '../geometry/pixels';

/** Screen px per image px beyond which the wheel no longer magnifies, and below which it no longer shrinks. */
const LARGEST_ZOOM = 40;
const SMALLEST_ZOOM = 0.02;

const along = (from: Types.Point3, to: Types.Point3, share: number): Types.Point3 => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

function moveFocalPoint(viewport: StackViewport, focal: Types.Point3, parallelScale?: number): void {
  const camera = viewport.getCamera();
  const { focalPoint, position } = camera;
  if (!focalPoint || !position) return;
  const moved: Types.Point3 = [
    position[0] + focal[0] - focalPoint[0],
    position[1] + focal[1] - focalPoint[1],
    position[2] + focal[2] - focalPoint[2],
  ];
  viewport.setCamera({ focalPoint: focal, position: moved, parallelScale: parallelScale ?? camera.parallelScale });
  viewport.render();
}

/** Magnifies by `factor`; the image point under `at` stays under it. `zoom` is the present screen px per image px. */
export function zoomAbout(viewport: StackViewport, at: CanvasPoint, factor: number, zoom: number): void {
  const allowed = Math.min(Math.max(factor, SMALLEST_ZOOM / zoom), LARGEST_ZOOM / zoom);
  const { focalPoint, parallelScale } = viewport.getCamera();
  if (!focalPoint || !parallelScale) return;
  const anchor = viewport.canvasToWorld([at.x, at.y]);
  moveFocalPoint(viewport, along(anchor, focalPoint, 1 / allowed), parallelScale / allowed);
}

/** Puts a world point in the middle of the canvas, magnified by `factor`. */
export function lookAt(viewport: StackViewport, at: Types.Point3, factor: number): void {
  const { focalPoint, parallelScale } = viewport.getCamera();
  if (focalPoint && parallelScale) moveFocalPoint(viewport, [at[0], at[1], focalPoint[2]], parallelScale / factor);
}

/** Moves the picture by (dx, dy) CSS px. */
export function panBy(viewport: StackViewport, dx: number, dy: number): void {
  const { focalPoint } = viewport.getCamera();
  if (!focalPoint) return;
  const from = viewport.canvasToWorld([0, 0]);
  const to = viewport.canvasToWorld([dx, dy]);
  moveFocalPoint(viewport, [
    focalPoint[0] - (to[0] - from[0]),
    focalPoint[1] - (to[1] - from[1]),
    focalPoint[2] - (to[2] - from[2]),
  ]);
}

export interface Orientation {
  readonly rotation: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
}

export function orientationOf(viewport: StackViewport): Orientation {
  const { rotation = 0, flipHorizontal = false, flipVertical = false } = viewport.getViewPresentation();
  return { rotation: Math.round(rotation) % 360, flipHorizontal, flipVertical };
}

/** Turns about the middle of the canvas: the image point there, and the magnification, stay. */
export function orient(viewport: StackViewport, change: Partial<Orientation>): void {
  const { focalPoint, parallelScale } = viewport.getCamera();
  const { rotation, flipHorizontal, flipVertical } = { ...orientationOf(viewport), ...change };
  viewport.setCamera({ flipHorizontal, flipVertical }); // setViewPresentation sets a flip and cannot take it back
  viewport.setViewPresentation({ ...viewport.getViewPresentation(), rotation });
  if (focalPoint) moveFocalPoint(viewport, focalPoint, parallelScale);
  viewport.render();
}

const FITTED_WITHIN_PX = 1.5;

/** Whether the image, whose corners lie at `corners`, just fills a canvas of that size in one direction and is centred in both. */
export function isFitted(corners: readonly CanvasPoint[], width: number, height: number): boolean {
  const [left, right, top, bottom] = extent(corners);
  const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= FITTED_WITHIN_PX;
  const fills = isNear(right - left, width) ? bottom - top <= height + FITTED_WITHIN_PX : isNear(bottom - top, height) && right - left <= width;
  return fills && isNear(left + right, width) && isNear(top + bottom, height);
}

function extent(corners: readonly CanvasPoint[]): [number, number, number, number] {
  const xs = corners.map((p) => p.x);
  const ys = corners.map((p) => p.y);
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}

/** Whole image in view, centred, whatever its rotation. `corners`: the four image corners on the canvas, CSS px. */
export function fit(viewport: StackViewport, corners: () => readonly CanvasPoint[]): void {
  viewport.setViewPresentation({ ...viewport.getViewPresentation(), zoom: 1, pan: [0, 0] });
  const [left, right, top, bottom] = extent(corners());
  const width = right - left;
  const height = bottom - top;
  const { clientWidth, clientHeight } = viewport.element;
  const factor = Math.min(clientWidth / width, clientHeight / height);
  const { focalPoint, parallelScale } = viewport.getCamera();
  if (!focalPoint || !parallelScale) return;
  const centre = viewport.canvasToWorld([
    (left + right) / 2,
    (top + bottom) / 2,
  ]);
  moveFocalPoint(viewport, [centre[0], centre[1], focalPoint[2]], parallelScale / factor);
}
