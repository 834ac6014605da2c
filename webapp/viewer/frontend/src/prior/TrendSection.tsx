/** The calibrated number of a finding over the patient's earlier images; where the project shows no model on them, that is said. */
import { useEffect } from 'react';
import type { TrendPoint } from '../api/schema';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { trendOf } from './trend';
import { HEIGHT, WIDTH, joinsOf, leftOutWords, placesOf, pointWords } from './trend_chart';

export function TrendSection({ prediction, finding }: { readonly prediction: string; readonly finding: string }) {
  const session = useSession();
  const { list } = useStore(session.page.priors.state);
  const trend = trendOf(session);
  const { document, problem } = useStore(trend.state);
  const arePriors = (list?.priors.length ?? 0) > 0;
  useEffect(() => {
    if (arePriors) void trend.load(prediction);
  }, [trend, prediction, arePriors]);
  if (!arePriors) return null;
  const why = problem || document?.problem?.text;
  if (why) return <Words>{why}</Words>;
  if (document?.prediction !== prediction) return null;
  const points = document.findings.find(({ key }) => key === finding)?.points ?? [];
  const leftOut = leftOutWords(document.without);
  return (
    <>
      {points.length > 1 && <TrendChart points={points} />}
      {points.length < 2 && !leftOut && <Words>no earlier image has a number to compare with</Words>}
      {leftOut && <Words>{leftOut}</Words>}
    </>
  );
}

function Words({ children }: { readonly children: string }) {
  return (
    <p className="faint small" data-testid="trend-words">
      {children}
    </p>
  );
}

function TrendChart({ points }: { readonly points: readonly TrendPoint[] }) {
  const places = placesOf(points);
  const first = points[0];
  const last = points[points.length - 1];
  return (
    <figure className="trend" data-testid="trend">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        {joinsOf(places).map(([from, to]) => (
          <line key={to.point.image} className="trend-line" x1={from.x} y1={from.y ?? 0} x2={to.x} y2={to.y ?? 0} />
        ))}
        {places.map(({ point, x, y, interval }) => (
          <g key={point.image} className={point.is_same_point ? '' : 'trend-other'}>
            <title>{pointWords(point)}</title>
            {interval && <line className="trend-interval" x1={x} x2={x} y1={interval[0]} y2={interval[1]} />}
            {y === null ? (
              <text className="trend-refused" x={x} y={HEIGHT - 2} textAnchor="middle">
                ×
              </text>
            ) : (
              <circle cx={x} cy={y} r={3} />
            )}
          </g>
        ))}
      </svg>
      <figcaption className="row faint small num">
        <span className="grow">{first?.study_date ?? ''}</span>
        <span>{last?.study_date ?? ''}</span>
      </figcaption>
      <ul className="visually-hidden" aria-label="this number over time">
        {points.map((point) => (
          <li key={point.image}>{pointWords(point)}</li>
        ))}
      </ul>
    </figure>
  );
}
