/** A calibrated probability: bar, its interval as a band, the operating point as a tick. The sentence below says it in words. */
import type { FindingDocument } from '../api/documents';
import { fraction, pointName } from './wording';

const percent = (value: number): string => `${Math.min(Math.max(value, 0), 1) * 100}%`;

export function ProbabilityBar({ finding }: { readonly finding: FindingDocument }) {
  const { probability, interval, operating_point: point } = finding;
  if (probability === null) return null;
  const measured = interval ? `, 95 % interval ${fraction(interval[0])} to ${fraction(interval[1])}` : '';
  const said = point ? `${measured}, ${pointName(point)}` : measured;
  return (
    <div
      className="bar"
      role="img"
      aria-label={`probability ${fraction(probability)}${said}`}
      title={`${fraction(probability)}${said}`}
    >
      <span className="value" style={{ width: percent(probability) }} />
      {interval && (
        <span className="interval" style={{ left: percent(interval[0]), width: percent(interval[1] - interval[0]) }} />
      )}
      {point && <span className="tick" style={{ left: percent(point.threshold) }} />}
    </div>
  );
}
