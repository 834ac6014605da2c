/** What stands between two cases: the start of a session, a date to come back, the end; and the receipt of the last answer. */
import { useStore } from '../state/store';
import { SignInAgain } from '../shell/SignInAgain';
import { ReceiptLine } from './SaveLine';
import type { NextStep } from './documents';
import type { StudySession } from './study_session';

function longDate(text: string): string {
  return new Date(text).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

function StepText({ step }: { readonly step: NextStep }) {
  switch (step.state) {
    case 'washout':
      return (
        <>
          <h1>Not yet</h1>
          <p data-testid="washout">
            The next part shows patients you have seen before. It opens on <b>{step.opens_on && longDate(step.opens_on)}</b>.
          </p>
        </>
      );
    case 'done':
      return (
        <>
          <h1>All read</h1>
          <p data-testid="done">Every case of this study is submitted. Thank you.</p>
        </>
      );
    case 'paused':
      return <h1>The study is paused</h1>;
    case 'study_not_open':
      return <h1>The study is not open for reading</h1>;
    default:
      return null;
  }
}

export function BetweenCases({ session }: { readonly session: StudySession }) {
  const { step, problem, isSignedOut, isInOtherTab } = useStore(session.state);
  const opening = step?.state === 'open_session' ? step.session : null;
  return (
    <main className="between" data-testid="between">
      {problem && (
        <p className="stop" role="alert">
          {problem}
        </p>
      )}
      {isSignedOut && <SignInAgain username={session.boot.user.username} signIn={(password) => session.signIn(password)} />}
      {!step && !problem && !isSignedOut && <p className="muted">Asking for the next case…</p>}
      {step && <StepText step={step} />}
      {opening && (
        <>
          <h1>{opening.label}</h1>
          <p>
            {opening.total} cases{opening.kind === 'training' ? ', with feedback after each' : ''}. Forward
            only: a submitted case cannot be opened again. You can pause at any time.
          </p>
          <button
            type="button"
            className="save"
            // The only thing to do here: Enter starts, as it submits a case.
            ref={(button) => button?.focus()}
            data-testid="start-session"
            onClick={() => void session.startSession(opening.id)}
          >
            Start
          </button>
        </>
      )}
      <p className="muted">
        <ReceiptLine session={session} />
      </p>
      <p>
        {isInOtherTab && (
          <button type="button" data-testid="take-over" onClick={() => void session.takeOver()}>
            Take over
          </button>
        )}{' '}
        {problem && (
          <button type="button" onClick={() => void session.advance()}>
            Try again
          </button>
        )}{' '}
        <a href={session.boot.urls.study}>Back to the study</a>
      </p>
    </main>
  );
}
