/** The panel: findings, the form of a failure, answers. */
import { Fragment } from 'react';
import type { FirstLook } from '../first_look/first_look';
import { besidePlace } from '../session/failure_place';
import { isAiShown, isLookingFirst } from '../session/panel_state';
import { shownPrediction } from '../session/predictions_feed';
import { MeasurementRows } from '../measuring/MeasurementRows';
import { LaterTruthSection } from '../later/LaterTruthSection';
import { AboutModel } from '../model_card/ModelCard';
import { SidePanel } from '../shell/SidePanel';
import { useSession } from '../shell/session_context';
import { useNarrow } from '../shell/use_narrow';
import { useStore } from '../state/store';
import { BoxTable } from './BoxTable';
import { FindingCard } from './FindingCard';
import { FindingStrip } from './FindingStrip';
import { FirstLookAnswers } from './FirstLookAnswers';
import { FirstLookPanel } from './FirstLookPanel';
import { FormView } from './FormView';
import { HiddenModel } from './HiddenModel';
import { GateVerdict, ModelState } from './ModelState';
import { OtherFinding } from './OtherFinding';
import { ReviewList } from './ReviewList';

export function Panel() {
  const { firstLook } = useSession();
  return firstLook ? <AfterLook look={firstLook} /> : <Findings />;
}

/** The look before the model, and the findings once it is over. */
function AfterLook({ look }: { readonly look: FirstLook }) {
  const { sheet } = useSession();
  useStore(look.state);
  if (!look.isWaiting()) return <Findings />;
  return (
    <SidePanel label="Your look first" sheet={sheet} strip={<span className="muted">Your look first</span>}>
      <FirstLookPanel look={look} />
      <MeasurementRows />
    </SidePanel>
  );
}

function Findings() {
  const session = useSession();
  const panel = useStore(session.panel);
  const { form } = panel;
  const isShown = isAiShown(panel);
  const { items } = useStore(session.predictions.state);
  const shown = shownPrediction(items);
  const findings = session.findings();
  const isNarrow = useNarrow();
  const { height } = useStore(session.sheet.state);
  const isStrip = isNarrow && height === 'closed' && form !== null;
  const inPanel = isStrip || (!isNarrow && besidePlace(session)) ? null : form;
  const strip = isStrip ? <FormView form={form} /> : <FindingStrip findings={isShown ? findings : []} />;
  return (
    <SidePanel label="Findings and answers" sheet={session.sheet} strip={strip}>
      <h2>Findings</h2>
      <ModelState shown={shown} />
      {!isShown && findings.length > 0 && <HiddenModel form={inPanel} />}
      {isShown && shown?.state === 'succeeded' && <GateVerdict prediction={shown} />}
      {isShown &&
        shown &&
        findings.map((finding) => (
          <Fragment key={finding.key}>
            <FindingCard prediction={shown} finding={finding} />
            {inPanel?.finding === finding.key && <FormView form={inPanel} />}
          </Fragment>
        ))}
      {shown?.state === 'succeeded' && <OtherFinding form={inPanel} />}
      <MeasurementRows />
      <AboutModel />
      <FirstLookAnswers />
      <BoxTable />
      {!isLookingFirst(panel) && <ReviewList isOwnOnly={!isShown} />}
      <LaterTruthSection />
    </SidePanel>
  );
}
