/** The last line: is everything saved, and which keys matter most. */
import { clock } from '../panel/wording';
import type { NextCaseState } from '../session/next_case';
import { useStore } from '../state/store';
import { useSession } from './session_context';

function SaveState() {
  const session = useSession();
  const { outbox } = session.desk;
  const { waiting, refused, savedAt, problem, isDurable } = useStore(outbox.state);
  const count = waiting.length;
  const pending = `${count} ${count === 1 ? 'answer' : 'answers'} waiting${problem ? `: ${problem}` : ''}`;
  const settled = savedAt ? `saved ${clock(savedAt)}` : 'no unsaved answers';
  return (
    <>
      <span data-testid="save-state" className={refused.length ? 'stop' : count ? 'model' : ''}>
        {refused[0] ? `conflict: answer refused, ${refused[0].refusal}` : count ? pending : settled}
      </span>
      {refused[0] && (
        <button type="button" className="plain" onClick={() => void outbox.discard(refused[0]?.key ?? '')}>
          discard
        </button>
      )}
      {count > 0 && !isDurable && <span className="stop">this browser keeps nothing: do not close the page</span>}
    </>
  );
}

const NEXT_CASE: Record<NextCaseState['status'], string> = {
  none: '',
  preparing: 'preparing the next case',
  ready: 'next case ready',
  unavailable: '',
};

export function StatusBar() {
  const { boot, nextCase, panel } = useSession();
  const { status } = useStore(nextCase.state);
  const { announcement } = useStore(panel);
  return (
    <footer className="status-bar">
      <SaveState />
      <span>{NEXT_CASE[status]}</span>
      <span className="faint" aria-hidden="true">
        {announcement}
      </span>
      <span className="grow" />
      <span>{boot.user.username}</span>
      <span>J next · K previous · Enter submit · O hide AI</span>
    </footer>
  );
}
