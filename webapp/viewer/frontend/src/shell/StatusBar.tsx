/** The last line: is everything saved, and which keys matter most. */
import { keyOf } from '../keys/key_table';
import { clock } from '../panel/wording';
import { SAVED } from '../session/reviews_desk';
import { useStore } from '../state/store';
import { useSession } from './session_context';

const MAIN_KEYS = [
  ['next', 'next'],
  ['previous', 'previous'],
  ['submit', 'submit'],
  ['layer', 'hide AI'],
] as const;

function SaveState() {
  const session = useSession();
  const { outbox } = session.desk;
  const { waiting, refused, savedAt, problem, isDurable, isRead } = useStore(outbox.state);
  const { form } = useStore(session.panel);
  const count = waiting.length;
  const pending = `${count} ${count === 1 ? 'answer' : 'answers'} waiting${problem ? `: ${problem}` : ''}`;
  const saved = savedAt ? `saved ${clock(savedAt)}` : isRead ? 'no unsaved answers' : '';
  const settled = form?.isChanged ? [savedAt && saved, 'a mark is not saved yet'].filter(Boolean).join(' · ') : saved;
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

/** Said only of a case whose picture is here, whole and checked. */
function NextCase() {
  const { boot, page } = useSession();
  const { held } = useStore(page.held.state);
  return boot.next && held.has(boot.next) ? <span data-testid="next-ready">next case ready</span> : null;
}

/** Of this person in this sitting; the check leads back to the case. */
function DisplayCheck({ at }: { readonly at: string | null }) {
  if (at) return <span className="display-check">display checked {clock(new Date(at))}</span>;
  const here = encodeURIComponent(window.location.pathname + window.location.search);
  return (
    <a className="display-check" href={`/display-check/?next=${here}`} data-testid="display-not-checked">
      display not checked
    </a>
  );
}

/** What the page said last, as the live region says it; that an answer is saved stands before it, with the time. */
export function StatusBar() {
  const { boot, panel } = useSession();
  const { announcement } = useStore(panel);
  return (
    <footer className="status-bar">
      <SaveState />
      <span className="faint" aria-hidden="true">
        {announcement === SAVED ? '' : announcement}
      </span>
      <span className="grow" />
      <NextCase />
      <DisplayCheck at={boot.display_checked_at} />
      <span>{boot.user.username}</span>
      <span data-testid="main-keys">
        {MAIN_KEYS.filter(([id]) => keyOf(id))
          .map(([id, does]) => `${keyOf(id)} ${does}`)
          .join(' · ')}
      </span>
    </footer>
  );
}
