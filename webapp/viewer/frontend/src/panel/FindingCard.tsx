/** One finding: what the model says, where it looked, and what the reader makes of it. */
import type { FindingDocument, PredictionDocument, Verdict } from '../api/documents';
import { keyOf } from '../keys/key_table';
import { OperatingPointTool } from '../operating_point/OperatingPointTool';
import { VERDICT_TITLES } from '../reviews/failure_form';
import { verdictsFor } from '../reviews/verdicts';
import { copyFinding } from '../session/copy_finding';
import { saysPresent } from '../session/panel_state';
import { answerAtOnce, mayGiveAgain } from '../session/state_answers';
import type { Answer } from '../session/reviews_state';
import { TrendSection } from '../prior/TrendSection';
import { ProbeSection } from '../probe/ProbeSection';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { ChipGroup } from './ChipGroup';
import { MapControls } from './MapControls';
import { ProbabilityBar } from './ProbabilityBar';
import { clock, findingSentence, fraction } from './wording';

/** Verdicts that are given at once: the others open a form. */
const ASKS_NOTHING: ReadonlySet<Verdict> = new Set(['refusal_right', 'refusal_wrong', 'absent', 'cannot_judge']);
const CONFIDENCES = ['1', '2', '3', '4', '5'];

/** The number, and the word where the number is no call: uncertain beside it, refused in its place. */
function Score({ finding }: { readonly finding: FindingDocument }) {
  const { decision, probability } = finding;
  const isCall = decision === 'positive' || decision === 'negative';
  return (
    <span className="row" data-testid={`probability-${finding.key}`}>
      {(!isCall || probability === null) && (
        <span className={`chip ${decision === 'refused' ? 'stop' : ''}`}>{decision}</span>
      )}
      {probability !== null && <span className="num score">{fraction(probability)}</span>}
    </span>
  );
}

function OwnAnswer({ answer }: { readonly answer: Answer }) {
  const session = useSession();
  const { form } = useStore(session.panel);
  const state = answer.isWaiting ? 'waiting' : `saved ${clock(new Date(answer.created_at))}`;
  return (
    <div className="own-answer">
      <div className="row">
        <span className="reader grow">
          {answer.verdict === 'agree' ? '✓ you agree' : `✎ you: ${VERDICT_TITLES[answer.verdict].toLowerCase()}`}
          {answer.confidence !== null && <span className="muted"> · confidence {answer.confidence}</span>}
        </span>
        <span className="faint small">{state}</span>
        <button
          type="button"
          className="plain small"
          title={`take this answer back (${keyOf('undo')} takes back the last one)`}
          data-testid={`withdraw-${answer.finding}`}
          onClick={(event) => {
            event.stopPropagation();
            session.withdraw(answer);
          }}
        >
          take back
        </button>
      </div>
      {answer.verdict === 'agree' && mayGiveAgain(session, answer) && !form && (
        <ChipGroup
          label="Confidence"
          chips={CONFIDENCES.map((value) => ({ value, title: value }))}
          value={answer.confidence === null ? null : String(answer.confidence)}
          testPrefix="confidence"
          onChoose={(value) => session.judge(answer.finding, 'agree', Number(value))}
        >
          <span className="faint small">how sure? (optional)</span>
        </ChipGroup>
      )}
    </div>
  );
}

function Actions({ finding, own }: { readonly finding: FindingDocument; readonly own: Answer | null }) {
  const session = useSession();
  const { form } = useStore(session.panel);
  const hint: Partial<Record<Verdict, string>> = {
    agree: keyOf('agree'),
    refusal_right: keyOf('agree'),
    refusal_wrong: keyOf('disagree'),
    present: keyOf('present'),
    absent: keyOf('absent'),
  };
  hint[saysPresent(finding) ? 'false_positive' : 'false_negative'] = keyOf('disagree');
  const give = (verdict: Verdict): void => {
    if (verdict === 'agree') session.agree(finding.key);
    else if (ASKS_NOTHING.has(verdict)) answerAtOnce(session, finding, verdict);
    else session.openForm(finding.key, verdict, form?.finding === finding.key ? form.place : null);
  };
  const open = form?.finding === finding.key ? form.verdict : own?.verdict;
  return (
    <div className="acts">
      {verdictsFor(finding).map((verdict) => (
        <button
          key={verdict}
          type="button"
          className={open === verdict ? 'chosen' : ''}
          aria-pressed={open === verdict}
          data-testid={`${verdict}-${finding.key}`}
          onClick={(event) => {
            event.stopPropagation();
            give(verdict);
          }}
        >
          {VERDICT_TITLES[verdict]} {hint[verdict] && <kbd>{hint[verdict]}</kbd>}
        </button>
      ))}
      <button
        type="button"
        className={open === 'cannot_judge' ? 'chosen' : ''}
        aria-pressed={open === 'cannot_judge'}
        data-testid={`cannot_judge-${finding.key}`}
        onClick={(event) => {
          event.stopPropagation();
          give('cannot_judge');
        }}
      >
        {VERDICT_TITLES.cannot_judge} <kbd>{keyOf('cannot-say')}</kbd>
      </button>
    </div>
  );
}

interface Props {
  readonly prediction: PredictionDocument;
  readonly finding: FindingDocument;
}

export function FindingCard({ prediction, finding }: Props) {
  const session = useSession();
  const { selected } = useStore(session.panel);
  useStore(session.desk.state);
  useStore(session.desk.outbox.state);
  const own = session.desk.own(finding.key, prediction.bundle ?? '');
  const isSelected = selected === finding.key;
  // The gate says once, above the findings, why the image is refused.
  const isRefusedAbove = finding.decision === 'refused' && prediction.gate?.verdict === 'refused';
  return (
    <section
      className={isSelected ? 'finding on' : 'finding'}
      data-testid={`finding-${finding.key}`}
      data-decision={finding.decision}
      aria-label={finding.title}
      onClick={() => session.select(finding.key)}
    >
      <div className="row">
        <button
          type="button"
          className="name plain"
          aria-expanded={isSelected}
          data-testid={`select-${finding.key}`}
          onClick={() => session.select(finding.key)}
        >
          {finding.title}
        </button>
        <Score finding={finding} />
      </div>
      <ProbabilityBar finding={finding} />
      {!isRefusedAbove && (
        <p className={finding.decision === 'refused' ? 'stop' : 'muted'}>{findingSentence(finding)}</p>
      )}
      {isSelected && (
        <button type="button" className="plain small" data-testid="copy-finding" onClick={() => void copyFinding(session)}>
          Copy as a sentence <kbd>{keyOf('copy')}</kbd>
        </button>
      )}
      {isSelected && finding.decision !== 'refused' && <MapControls prediction={prediction} finding={finding} />}
      {isSelected && finding.decision !== 'refused' && (
        <OperatingPointTool key={`${prediction.id}/${finding.key}`} prediction={prediction.id} finding={finding.key} />
      )}
      {isSelected && <TrendSection prediction={prediction.id} finding={finding.key} />}
      <Actions finding={finding} own={own} />
      {own && <OwnAnswer answer={own} />}
      {isSelected && <ProbeSection prediction={prediction} finding={finding} />}
    </section>
  );
}
