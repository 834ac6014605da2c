/** Where the points of a trend lie on their chart, which are joined, and what is said of each. */
import type { TrendPoint } from '../api/schema';
import { fraction } from '../panel/wording';

export const WIDTH = 240;
export const HEIGHT = 56;
const EDGE = 6;

export interface Place {
  readonly point: TrendPoint;
  readonly x: number;
  /** null where the model refused: there is no number to draw. */
  readonly y: number | null;
  readonly interval: readonly [number, number] | null;
}

const across = (share: number): number => EDGE + share * (WIDTH - 2 * EDGE);
const down = (probability: number): number => EDGE + (1 - probability) * (HEIGHT - 2 * EDGE);

/** In time, to scale; the case is at the right end. Where all are of one day they stand there together. */
export function placesOf(points: readonly TrendPoint[]): Place[] {
  const longest = Math.max(...points.map(({ days }) => days), 0);
  return points.map((point) => {
    const [low, high] = point.interval ?? [];
    return {
      point,
      x: across(longest === 0 ? 1 : 1 - point.days / longest),
      y: point.probability === null ? null : down(point.probability),
      interval: low === undefined || high === undefined ? null : [down(high), down(low)],
    };
  });
}

/** Pairs of neighbours that a line may join: both have a number, and both were decided at the operating point of the case. */
export function joinsOf(places: readonly Place[]): [Place, Place][] {
  const isJoined = ({ y, point }: Place): boolean => y !== null && point.is_same_point;
  return places.slice(1).flatMap((place, i): [Place, Place][] => {
    const before = places[i];
    return before && isJoined(before) && isJoined(place) ? [[before, place]] : [];
  });
}

/** "2025-11-09 (4 months before): .20, interval .12 to .31, negative" */
export function pointWords({ study_date: day, ago, probability, interval, decision, is_same_point: isSame }: TrendPoint): string {
  const when = `${day ?? 'date not stated'}${ago ? ` (${ago})` : ' (this case)'}`;
  if (probability === null) return `${when}: refused, no number`;
  const [low, high] = interval ?? [];
  const range = low === undefined || high === undefined ? '' : `, interval ${fraction(low)} to ${fraction(high)}`;
  return `${when}: ${fraction(probability)}${range}, ${decision}${isSame ? '' : ', at another operating point'}`;
}

/** What is not on the chart; empty for nothing. */
export function leftOutWords(without: number): string {
  if (without === 0) return '';
  return without === 1 ? '1 earlier image has no result of this model' : `${without} earlier images have no result of this model`;
}
