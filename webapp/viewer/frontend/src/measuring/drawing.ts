/**
 * A measurement that is being drawn, by drags or by clicks: a drag sets both ends of a line; a click sets the first, the next click
 * the second. Points in image px.
 */
import type { Place } from '../geometry/measures';
import type { MeasurementKind } from './measurement';
import { kindRow } from './measurement';

export interface Drawing {
  readonly kind: MeasurementKind;
  readonly fixed: readonly Place[];
  /** Follows the pointer; null while nothing is open: before the first point of a line. */
  readonly floating: Place | null;
  /** The button that is down began a line, with the last fixed point. */
  readonly isBegun: boolean;
}

export const newDrawing = (kind: MeasurementKind): Drawing => ({ kind, fixed: [], floating: null, isBegun: false });

export function pressed(drawing: Drawing, at: Place): Drawing {
  if (drawing.floating) return { ...drawing, floating: at, isBegun: false };
  return { ...drawing, fixed: [...drawing.fixed, at], floating: at, isBegun: true };
}

export const movedTo = (drawing: Drawing, at: Place): Drawing => (drawing.floating ? { ...drawing, floating: at } : drawing);

/** isDrag: the pointer has moved since it was pressed. */
export function released(drawing: Drawing, at: Place, isDrag: boolean): Drawing {
  if (!drawing.floating) return drawing;
  if (kindRow(drawing.kind).points === 1) return { ...drawing, fixed: [at], floating: null, isBegun: false };
  if (drawing.isBegun && !isDrag) return { ...drawing, floating: at, isBegun: false };
  const fixed = [...drawing.fixed, at];
  const row = kindRow(drawing.kind);
  // A leg that goes on from the point just set follows the pointer; a line of its own waits for a press.
  const goesOn = row.lines.some(([from, to]) => from === fixed.length - 1 && to === fixed.length);
  return { ...drawing, fixed, floating: goesOn ? at : null, isBegun: false };
}

export const isWhole = ({ kind, fixed }: Drawing): boolean => fixed.length === kindRow(kind).points;

/** All points that are to be seen. */
export const drawnPoints = ({ fixed, floating }: Drawing): readonly Place[] => (floating ? [...fixed, floating] : fixed);
