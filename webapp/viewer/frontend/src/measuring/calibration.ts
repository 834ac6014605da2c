/** The reader's own calibration: a line along something whose true length is known, in the plane that is measured. */
import { lengthOf } from '../geometry/measures';
import type { PixelSize } from '../geometry/pixel_size';
import type { Measurement } from './measurement';
import { linesOf } from './measurement';

export const KIND_BY_READER = 'calibrated by your line';

/** What may be stated, mm. */
const SHORTEST_MM = 1;
const LONGEST_MM = 1000;

/** A stated length in mm, with point or comma; a sentence where it is none. */
export function statedLength(text: string): number | string {
  const mm = /^\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) : NaN;
  if (mm >= SHORTEST_MM && mm <= LONGEST_MM) return mm;
  return `a true length is a number from ${SHORTEST_MM} to ${LONGEST_MM} mm, not “${text.trim()}”`;
}

/** The newest line with a stated length counts; null for none. */
export function calibrationLine(items: readonly Measurement[]): Measurement | null {
  const isStated = ({ kind, mm, points }: Measurement): boolean => {
    const [line] = linesOf(kind, points);
    return kind === 'calibration' && mm !== undefined && line !== undefined && lengthOf(line, { column: 1, row: 1 }) > 0;
  };
  return items.filter(isStated).sort((a, b) => a.madeAt - b.madeAt).at(-1) ?? null;
}

/** What a pixel measures by that line; the file's word where there is none. The shape of a pixel stays the file's. */
export function calibrated(file: PixelSize, items: readonly Measurement[]): PixelSize {
  const counted = calibrationLine(items);
  const [line] = counted ? linesOf(counted.kind, counted.points) : [];
  if (!line || counted?.mm === undefined) return file;
  const factor = counted.mm / lengthOf(line, file);
  return { column: file.column * factor, row: file.row * factor, unit: 'mm', kind: KIND_BY_READER };
}
