/** What stands in place of findings while there are none, and the gate's verdict above them. */
import type { PredictionDocument } from '../api/documents';
import { isPending } from '../session/predictions_feed';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { clock } from './wording';

function RunButton({ label }: { readonly label: string }) {
  const session = useSession();
  return (
    <button type="button" data-testid="run-model" onClick={() => void session.predictions.runAgain()}>
      {label}
    </button>
  );
}

function Pending({ item }: { readonly item: PredictionDocument }) {
  const since = clock(new Date(item.created_at));
  return (
    <div className="model-state" data-testid="prediction-state" data-state={item.state}>
      <span className="pulse" aria-hidden="true" />
      {item.state === 'running' ? 'The model is looking at this image…' : `Waiting for the model since ${since}…`}
      {item.waiting_for && <p className="small">{item.waiting_for}</p>}
      <p className="faint small">The image can be read meanwhile; results appear by themselves.</p>
    </div>
  );
}

function Failed({ item }: { readonly item: PredictionDocument }) {
  const reason = item.error?.text ?? (item.state === 'cancelled' ? 'the run was cancelled' : 'no reason was recorded');
  return (
    <div className="model-state stop" role="status" data-testid="prediction-state" data-state={item.state}>
      <p>No result: {reason}</p>
      <RunButton label="Run again" />
    </div>
  );
}

/** Says why there are no findings, or that a newer run is under way or has failed; null when all is well. */
export function ModelState({ shown }: { readonly shown: PredictionDocument | null }) {
  const session = useSession();
  const { status, text, items } = useStore(session.predictions.state);
  const newest = items[0];
  if (status === 'loading') return <div className="model-state muted">Asking for results…</div>;
  if (status === 'refused')
    return (
      <div className="model-state stop" data-testid="prediction-state" data-state="refused">
        {text}
      </div>
    );
  if (status === 'unreachable') return <div className="model-state stop">{text}; trying again…</div>;
  if (!newest) {
    return (
      <div className="model-state muted" data-testid="prediction-state" data-state="none">
        <p>No model has looked at this image yet.</p>
        <RunButton label="Run the model" />
      </div>
    );
  }
  if (isPending(newest)) return <Pending item={newest} />;
  if (newest.state !== 'succeeded') return <Failed item={newest} />;
  return newest === shown ? null : <Failed item={newest} />;
}

/** What the file does not say and the model does not insist on: told, so that nobody takes it for checked. */
function NotStated({ prediction }: { readonly prediction: PredictionDocument }) {
  const { warnings } = useSession().boot.image;
  // The picture itself says that its side is not stated, where the letters would be.
  const isSaid = (name: string): boolean => name === 'orientation' && warnings.includes('side_not_stated');
  const unsaid =
    prediction.gate?.checks.filter(({ name, passed, state }) => passed && state === 'not_stated' && !isSaid(name)) ?? [];
  if (unsaid.length === 0) return null;
  return (
    <p className="muted small" data-testid="not-stated">
      {unsaid.map((check) => check.text).join(' ')}
    </p>
  );
}

/** The gate: a refusal with its reasons, or an unknown with what could not be checked; and what is not stated. */
export function GateVerdict({ prediction }: { readonly prediction: PredictionDocument }) {
  const { gate } = prediction;
  if (!gate) return null;
  if (gate.verdict === 'pass') return <NotStated prediction={prediction} />;
  const failed = gate.checks.filter((check) => !check.passed);
  const isRefused = gate.verdict === 'refused';
  return (
    <div className={isRefused ? 'gate stop' : 'gate'} role="status" data-testid="gate" data-verdict={gate.verdict}>
      <b>{isRefused ? 'The model refuses this image' : 'The model may not fit this image'}</b>
      <ul>
        {failed.map((check) => (
          <li key={check.name}>{check.text || check.name}</li>
        ))}
      </ul>
      {!isRefused && <NotStated prediction={prediction} />}
    </div>
  );
}
