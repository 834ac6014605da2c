/** What the pointer is at: a handle of a measurement, or one of its lines. On the canvas, CSS px. */
import { distanceFrom } from '../geometry/measures';
import type { Affine, CanvasPoint } from '../geometry/pixels';
import { imagePoint, toCanvas } from '../geometry/pixels';
import type { Measurement } from './measurement';
import { linesOf } from './measurement';

export interface Hit {
  readonly id: string;
  /** Number of the point; null for a line between points. */
  readonly handle: number | null;
}

/** Reach of a pointer; a finger covers what it points at. */
const REACH_PX = { mouse: 8, touch: 22 } as const;
export type Reach = keyof typeof REACH_PX;

/** The nearest handle in reach, else the nearest line; the selected measurement's own first, which may lie below another. */
export function hitAt(
  measurements: readonly Measurement[],
  selected: string | null,
  affine: Affine,
  at: CanvasPoint,
  reach: Reach = 'mouse',
): Hit | null {
  const onCanvas = ({ x, y }: { x: number; y: number }): CanvasPoint => toCanvas(affine, imagePoint(x, y));
  const handles = measurements.flatMap(({ id, points }) =>
    points.map((point, handle) => ({ id, handle, far: Math.hypot(onCanvas(point).x - at.x, onCanvas(point).y - at.y) })),
  );
  const lines = measurements.flatMap(({ id, kind, points }) =>
    linesOf(kind, points).map(([from, to]) => ({ id, handle: null, far: distanceFrom(at, [onCanvas(from), onCanvas(to)]) })),
  );
  for (const found of [handles, lines]) {
    const near = found.filter(({ far }) => far <= REACH_PX[reach]).sort((a, b) => a.far - b.far);
    const [first] = near.filter(({ id }) => id === selected).concat(near);
    if (first) return { id: first.id, handle: first.handle };
  }
  return null;
}
