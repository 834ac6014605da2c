/** The last line: is everything saved, and what to do when it is not. Nothing here ever throws an answer away. */
import { clock } from '../panel/wording';
import { SignInAgain } from '../shell/SignInAgain';
import { useStore } from '../state/store';
import { ratingOf } from './answer_body';
import type { CaseReading } from './case_reading';
import type { AnswerBody } from './documents';
import type { Halt } from './draft_sync';
import type { StudySession } from './study_session';

/** Why nothing is sent until somebody acts, in the words of the status line. */
const HALTS: Record<Halt, string> = {
  signed_out: 'signed out',
  conflict: 'two versions, choose one',
  other_tab: 'open in another tab',
  locked: 'this case is locked already',
  refused: 'refused',
};

interface Props {
  readonly session: StudySession;
  readonly reading: CaseReading;
}

function versionText(reading: CaseReading, body: AnswerBody): string {
  const ratings = reading.assignment.form.findings.map(
    (finding) => `${finding.label} ${ratingOf(body, finding.code).rating ?? '–'}`,
  );
  return [...ratings, `${body.marks.length} marks`, body.comment && 'comment'].filter(Boolean).join(' · ');
}

function Conflict({ reading }: { readonly reading: CaseReading }) {
  const { conflict } = useStore(reading.sync.state);
  if (!conflict) return null;
  return (
    <div className="notice" role="alert" data-testid="conflict">
      <span>This answer was changed in another place. Which one stands?</span>
      <button type="button" onClick={() => void reading.settle('mine')}>
        this page: {versionText(reading, reading.body)}
      </button>
      <button type="button" onClick={() => void reading.settle('theirs')}>
        the other: {versionText(reading, conflict.body)}
      </button>
    </div>
  );
}

export function Notices({ session, reading }: Props) {
  const { halt, problem } = useStore(reading.sync.state);
  if (halt === 'signed_out') return <SignInAgain username={session.boot.user.username} signIn={(password) => session.signIn(password)} />;
  if (halt === 'conflict') return <Conflict reading={reading} />;
  if (halt === 'other_tab') {
    return (
      <div className="notice" role="alert" data-testid="other-tab">
        <span>This case is open in another tab; here it is read only.</span>
        <button type="button" onClick={() => void session.takeOver()}>
          Take over
        </button>
      </div>
    );
  }
  if (halt === 'locked' || halt === 'refused') {
    return (
      <div className="notice stop" role="alert">
        <span>{problem}</span>
        {halt === 'locked' && (
          <button type="button" onClick={() => void session.advance()}>
            Go on
          </button>
        )}
      </div>
    );
  }
  return null;
}

/** What the server said when it locked the last answer: shown until the next one. */
export function ReceiptLine({ session }: { readonly session: StudySession }) {
  const { lastReceipt } = useStore(session.state);
  if (!lastReceipt) return null;
  return (
    <span className="num" data-testid="receipt" title={`SHA-256 ${lastReceipt.sha256}, ${lastReceipt.locked_at}`}>
      {lastReceipt.case} locked, receipt {lastReceipt.sha256.slice(0, 8)}
    </span>
  );
}

export function SaveLine({ session, reading }: Props) {
  const { waiting, savedAt, problem, halt } = useStore(reading.sync.state);
  const { announcement, lastReceipt } = useStore(session.state);
  const why = halt ? HALTS[halt] : problem;
  const pending = `${waiting} ${waiting === 1 ? 'change' : 'changes'} waiting${why ? `: ${why}` : ''}`;
  const settled = savedAt ? `saved ${clock(savedAt)}` : 'nothing to save yet';
  return (
    <footer className="status-bar">
      <span data-testid="save-state" className={problem ? 'stop' : waiting ? 'model' : ''}>
        {waiting ? pending : settled}
      </span>
      {waiting > 0 && !session.storage.isDurable && (
        <span className="stop">this browser keeps nothing: do not close the page</span>
      )}
      <ReceiptLine session={session} />
      <span className="faint" aria-hidden="true">
        {lastReceipt && announcement.includes(lastReceipt.sha256.slice(0, 8)) ? '' : announcement}
      </span>
      <span className="grow" />
      <span>{session.boot.user.username}</span>
      <span>Enter submit · {reading.assignment.stage === 'coding' ? 'B region' : '⇧0…9 rate'} · ? keys</span>
    </footer>
  );
}
