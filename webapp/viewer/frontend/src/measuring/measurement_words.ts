/** What a measurement comes to, in words. */
import type { Line, Place } from '../geometry/measures';
import { angleAt, cardiothoracicRatio, cobbAngle, lengthOf } from '../geometry/measures';
import type { PixelSize } from '../geometry/pixel_size';
import { unitWords } from '../geometry/pixel_size';
import type { MeasurementKind } from './measurement';
import { linesOf } from './measurement';

interface Drawn {
  readonly kind: MeasurementKind;
  readonly points: readonly Place[];
  readonly text?: string;
  readonly mm?: number;
}

/** Value of the pixel at a place, with its unit; null while the pixels are not here. */
export type ValueAt = (place: Place) => string | null;
const UNKNOWN: ValueAt = () => null;

/** The pixel at a place, counted from 0. */
export const pixelWords = ({ x, y }: Place): string => `x ${Math.floor(x)}, y ${Math.floor(y)}`;

const lengthWords = (line: Line, size: PixelSize): string => `${lengthOf(line, size).toFixed(1)} ${unitWords(size)}`;
const degrees = (angle: number | null): string => (angle === null ? 'no angle: a line has no length' : `${angle.toFixed(1)}°`);

function ratioWords([heart, thorax]: readonly Line[], size: PixelSize): string {
  if (!heart || !thorax) return '';
  const ratio = cardiothoracicRatio(heart, thorax, size);
  return ratio === null ? 'no ratio: the line of the thorax has no length' : ratio.toFixed(2);
}

/** The value with its unit; empty while points are missing. */
export function valueWords({ kind, points, text, mm }: Drawn, size: PixelSize, valueAt: ValueAt = UNKNOWN): string {
  const lines = linesOf(kind, points);
  const [first, second] = lines;
  switch (kind) {
    case 'length':
      return first ? lengthWords(first, size) : '';
    case 'angle':
      return first && second ? degrees(angleAt(first[0], first[1], second[1], size)) : '';
    case 'cobb':
      return first && second ? degrees(cobbAngle(first, second, size)) : '';
    case 'ratio':
      return ratioWords(lines, size);
    case 'point':
      return points[0] ? [valueAt(points[0]), pixelWords(points[0])].filter(Boolean).join(' · ') : '';
    case 'note':
      return text ?? '';
    case 'calibration':
      return mm === undefined ? 'true length not stated yet' : `${mm} mm, stated`;
  }
}

/** What makes the value doubtful; null for nothing. */
export function doubt({ kind, points }: Drawn, size: PixelSize): string | null {
  const [heart, thorax] = linesOf(kind, points);
  if (kind !== 'ratio' || !heart || !thorax || lengthOf(heart, size) <= lengthOf(thorax, size)) return null;
  return 'the heart is wider than the thorax: the heart’s line comes first';
}

/** On the picture, at each line or once at the last: [place, text]. */
export function labelsOf(drawn: Drawn, size: PixelSize, valueAt: ValueAt = UNKNOWN): readonly (readonly [Place, string])[] {
  const lines = linesOf(drawn.kind, drawn.points);
  const value = valueWords(drawn, size, valueAt);
  const last = lines.at(-1)?.[1] ?? drawn.points[0];
  if (drawn.kind === 'ratio') {
    return lines.map((line, nth) => [line[1], nth === 0 ? `heart ${lengthWords(line, size)}` : `thorax ${lengthWords(line, size)} · CTR ${value}`] as const);
  }
  if (!last || !value) return [];
  return [[drawn.kind === 'angle' ? (lines[0]?.[1] ?? last) : last, drawn.kind === 'cobb' ? `Cobb ${value}` : value]];
}
