/** What a reader measures on a picture: points of it, in image px, and what they mean. */
import type { ImageSize } from '../geometry/pixel_box';
import type { Line, Place } from '../geometry/measures';

export type MeasurementKind = 'length' | 'angle' | 'cobb' | 'ratio' | 'point' | 'note' | 'calibration';

export interface Measurement {
  readonly id: string;
  readonly kind: MeasurementKind;
  readonly points: readonly Place[];
  /** ms since 1970. */
  readonly madeAt: number;
  /** Of a note. */
  readonly text?: string;
  /** True length of a calibration line; absent until it is stated. */
  readonly mm?: number;
}

interface KindRow {
  readonly kind: MeasurementKind;
  readonly title: string;
  /** What the hand is to do. */
  readonly hint: string;
  readonly points: number;
  /** Which points a line joins. */
  readonly lines: readonly (readonly [number, number])[];
  /** Where the keyboard puts the points, as shares of the shorter side about the middle of the picture. */
  readonly start: readonly (readonly [number, number])[];
}

export const KINDS: readonly KindRow[] = [
  {
    kind: 'length',
    title: 'Length',
    hint: 'drag from one end to the other',
    points: 2,
    lines: [[0, 1]],
    start: [[-0.1, 0], [0.1, 0]],
  },
  {
    kind: 'angle',
    title: 'Angle',
    hint: 'drag to the vertex, then click the end of the other leg',
    points: 3,
    lines: [[0, 1], [1, 2]],
    start: [[0.1, -0.1], [0, 0], [0.14, 0]],
  },
  {
    kind: 'cobb',
    title: 'Cobb angle',
    hint: 'drag along one end plate, then along the other',
    points: 4,
    lines: [[0, 1], [2, 3]],
    start: [[-0.1, -0.1], [0.1, -0.1], [-0.1, 0.1], [0.1, 0.1]],
  },
  {
    kind: 'ratio',
    title: 'Cardiothoracic ratio',
    hint: 'drag across the widest heart, then across the widest inner thorax',
    points: 4,
    lines: [[0, 1], [2, 3]],
    start: [[-0.1, 0], [0.12, 0], [-0.25, 0.05], [0.25, 0.05]],
  },
  {
    kind: 'point',
    title: 'Point',
    hint: 'click the pixel whose value is wanted',
    points: 1,
    lines: [],
    start: [[0, 0]],
  },
  {
    kind: 'note',
    title: 'Note',
    hint: 'drag from what is meant to where the text is to stand, then write it in the panel',
    points: 2,
    lines: [[0, 1]],
    start: [[0, 0], [0.1, -0.1]],
  },
  {
    kind: 'calibration',
    title: 'Calibration line',
    hint: 'drag along something of known length, then write the length in the panel',
    points: 2,
    lines: [[0, 1]],
    start: [[-0.1, 0], [0.1, 0]],
  },
];

/** Raises Error for a kind that no row has. */
/** A title within a sentence: small, but for the name of a person. */
export const inSentence = (title: string): string => (title.startsWith('Cobb') ? title : title.toLowerCase());

export function kindRow(kind: MeasurementKind): KindRow {
  const found = KINDS.find((row) => row.kind === kind);
  if (!found) throw new Error(`no kind of measurement '${kind}'`);
  return found;
}

/** The lines whose two points are there. */
export function linesOf(kind: MeasurementKind, points: readonly Place[]): readonly Line[] {
  return kindRow(kind).lines.flatMap(([a, b]) => {
    const [from, to] = [points[a], points[b]];
    return from && to ? [[from, to] as const] : [];
  });
}

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

export const inside = ({ x, y }: Place, { columns, rows }: ImageSize): Place => ({ x: clamp(x, columns), y: clamp(y, rows) });

/** The points moved by whole steps: one of them, or, with null, all as far as the picture reaches. */
export function movedPoints(points: readonly Place[], handle: number | null, dx: number, dy: number, size: ImageSize): readonly Place[] {
  if (handle !== null) return points.map((point, nth) => (nth === handle ? inside({ x: point.x + dx, y: point.y + dy }, size) : point));
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const across = Math.min(Math.max(dx, -Math.min(...xs)), size.columns - Math.max(...xs));
  const down = Math.min(Math.max(dy, -Math.min(...ys)), size.rows - Math.max(...ys));
  return points.map(({ x, y }) => ({ x: x + across, y: y + down }));
}

/** What the keyboard begins with, in the middle of the picture. */
export function startPoints(kind: MeasurementKind, { columns, rows }: ImageSize): readonly Place[] {
  const side = Math.min(columns, rows);
  return kindRow(kind).start.map(([x, y]) => ({ x: columns / 2 + x * side, y: rows / 2 + y * side }));
}
