/** The measured curve with its bands, the point of the result, and the point that is tried. */
import type { CurvePointDocument, OperatingCurve } from '../api/schema';
import { isFew, placeText } from './curve_words';

const SIZE = 100;
const across = (specificity: number): number => (1 - specificity) * SIZE;
const down = (sensitivity: number): number => (1 - sensitivity) * SIZE;
const path = (pairs: readonly (readonly [number, number])[]): string => pairs.map((pair) => pair.join(',')).join(' ');

/** Ends of the interval; the value itself where there is none. */
const ends = ({ value, ci }: CurvePointDocument['sensitivity']): readonly [number, number] => (ci ? [ci[0], ci[1]] : [value, value]);

function Tried({ point }: { readonly point: CurvePointDocument }) {
  const [x, y] = [across(point.specificity.value), down(point.sensitivity.value)];
  const [left, right] = ends(point.specificity).map(across) as [number, number];
  const [low, high] = ends(point.sensitivity).map(down) as [number, number];
  return (
    <g className="tried">
      <line x1={x} x2={x} y1={low} y2={high} />
      <line x1={left} x2={right} y1={y} y2={y} />
      <circle className={isFew(point) ? 'few' : ''} cx={x} cy={y} r={3.2} data-testid="tried-point" />
    </g>
  );
}

export function RocFigure({ curve, tried }: { readonly curve: OperatingCurve; readonly tried: number }) {
  const { points, in_force: inForce } = curve;
  const point = points[tried];
  if (!point) return null;
  const own = inForce === null ? undefined : points[inForce];
  const upper = points.map((one) => [across(one.specificity.value), down(ends(one.sensitivity)[1])] as const);
  const lower = points.map((one) => [across(one.specificity.value), down(ends(one.sensitivity)[0])] as const);
  return (
    <svg className="roc" viewBox={`-4 -4 ${SIZE + 8} ${SIZE + 8}`} role="img" aria-label={`measured curve, ${placeText(point)}`}>
      <rect width={SIZE} height={SIZE} />
      <polygon points={path([...upper, ...lower.reverse()])} />
      <polyline points={path(points.map((one) => [across(one.specificity.value), down(one.sensitivity.value)]))} />
      {own && <circle className="own" cx={across(own.specificity.value)} cy={down(own.sensitivity.value)} r={2} />}
      <Tried point={point} />
    </svg>
  );
}
