/** The right panel: findings, the form of a failure, answers. */
import { Fragment } from 'react';
import { shownPrediction } from '../session/predictions_feed';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { FailureFormView } from './FailureFormView';
import { FindingCard } from './FindingCard';
import { GateVerdict, ModelState } from './ModelState';
import { ReviewList } from './ReviewList';

export function Panel() {
  const session = useSession();
  const { form } = useStore(session.panel);
  const { items } = useStore(session.predictions.state);
  const shown = shownPrediction(items);
  const findings = session.findings();
  return (
    <aside className="panel" aria-label="Findings and answers">
      <h2>Findings</h2>
      <ModelState shown={shown} />
      {shown?.state === 'succeeded' && <GateVerdict prediction={shown} />}
      {shown &&
        findings.map((finding) => (
          <Fragment key={finding.key}>
            <FindingCard prediction={shown} finding={finding} />
            {form?.finding === finding.key && <FailureFormView form={form} />}
          </Fragment>
        ))}
      <ReviewList />
    </aside>
  );
}
