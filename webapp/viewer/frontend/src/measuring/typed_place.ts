/** A point of a measurement in numbers, for whoever uses no pointer. */
import type { ImageSize } from '../geometry/pixel_box';
import type { Place } from '../geometry/measures';

export type Axis = 'x' | 'y';
export const AXIS_NAMES: Readonly<Record<Axis, string>> = { x: 'from the left', y: 'from above' };

/** The place with what was typed for one axis, image px from the upper left corner; or why it is not taken. */
export function placeWith(place: Place, axis: Axis, typed: string, { columns, rows }: ImageSize): Place | string {
  const most = axis === 'x' ? columns : rows;
  const value = typed.trim() === '' ? Number.NaN : Number(typed.replace(',', '.'));
  if (value >= 0 && value <= most) return { ...place, [axis]: value };
  return `the point is not moved: “${typed}” is no number from 0 to ${most}`;
}
