/** Keys while the reader's look comes before the model; where they do not apply, the key means what it always does. */
import type { KeyRow } from '../keys/key_row';
import { arrows, directionOf } from '../keys/key_row';
import { KEY_TABLE } from '../keys/key_table';
import type { ReadingSession } from '../session/reading_session';
import type { FirstLook } from './first_look';

type Run = (look: FirstLook, combination: string) => void;

/** While the look waits `run`; after it the reading page's own row for the key. */
function row(id: string, shown: string, action: string, combinations: readonly string[], run: Run): KeyRow<ReadingSession> {
  return {
    id: `first-look-${id}`,
    combinations,
    shown,
    group: 'Your look first',
    action,
    run(session, combination) {
      const look = session.firstLook;
      if (look?.isWaiting()) return run(look, combination);
      KEY_TABLE.find((own) => own.combinations.includes(combination))?.run(session, combination);
    },
  };
}

const chosen = (look: FirstLook): string | null => look.state.get().selected;

export const LOOK_KEYS: readonly KeyRow<ReadingSession>[] = [
  row('present', 'Y', 'the finding is present', ['y'], (look) => look.say(chosen(look), 'present')),
  row('absent', 'X', 'the finding is absent', ['x'], (look) => look.say(chosen(look), 'absent')),
  row('cannot-say', 'C', 'cannot say', ['c'], (look) => look.say(chosen(look), 'cannot_judge')),
  row('rest', 'A', 'the rest is absent', ['a'], (look) => look.sayRestAbsent()),
  row('undo', 'Ctrl+Z', 'take the last change of the look back', ['ctrl+z'], (look) => look.undo()),
  row('lock', 'Enter', 'lock the answers and see the model', ['Enter'], (look) => void look.lock()),
  row('next', ']', 'next finding', [']'], (look) => look.selectBy(1)),
  row('previous', '[', 'previous finding', ['['], (look) => look.selectBy(-1)),
  row('box', 'B', 'draw a box; again: box in the centre', ['b'], (look) => look.drawBox()),
  row(
    'nudge',
    'arrows',
    'move the box 1 px (⇧ 10, alt resizes); else pan',
    [...arrows(), ...arrows('shift+'), ...arrows('alt+'), ...arrows('alt+shift+')],
    (look, combination) => {
      const [dx, dy] = directionOf(combination);
      look.nudge(dx, dy, combination.includes('alt+'), combination.includes('shift+') ? 10 : 1);
    },
  ),
  row('delete', 'Del', 'remove the box', ['Delete', 'Backspace'], (look) => look.putBox(null)),
];

/** The whole table of the page. */
export const READING_KEYS: readonly KeyRow<ReadingSession>[] = [...LOOK_KEYS, ...KEY_TABLE];

/** The key that a button shows; raises Error for an id that no row has. */
export function lookKey(id: string): string {
  const found = LOOK_KEYS.find((own) => own.id === `first-look-${id}`);
  if (!found) throw new Error(`no key row '${id}'`);
  return found.shown;
}

