/** A fault in drawing takes the whole page away, black on black. This says so instead, and that nothing saved is lost. */
import { Component } from 'react';
import type { ReactNode } from 'react';

interface Props {
  /** Whether answers that were not sent yet are kept on this machine. */
  readonly keepsAnswers: boolean;
  readonly children: ReactNode;
}

interface State {
  readonly isBroken: boolean;
}

export class FaultBoundary extends Component<Props, State> {
  override state: State = { isBroken: false };

  static getDerivedStateFromError(): State {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? <Fault keepsAnswers={this.props.keepsAnswers} /> : this.props.children;
  }
}

// The error's own text may quote what was drawn, so it stays in the console.
function Fault({ keepsAnswers }: { readonly keepsAnswers: boolean }) {
  return (
    <main className="no-picture" role="alert" data-testid="page-fault">
      <h1>This page has stopped working</h1>
      <p>
        The fault is in the page, not in the image. What was saved is safe.{' '}
        {keepsAnswers
          ? 'What was not sent yet waits on this machine and is sent when the page is open again.'
          : 'What was not sent yet must be entered again.'}
      </p>
      <p>
        <button
          type="button"
          autoFocus
          onClick={() => {
            location.reload();
          }}
        >
          Load the page again
        </button>{' '}
        <a href="/">Worklist</a>
      </p>
      <p>If it comes back, tell your administrator the address and the time.</p>
      <p className="research" data-testid="research-banner">
        Research use only — not for diagnosis
      </p>
    </main>
  );
}
