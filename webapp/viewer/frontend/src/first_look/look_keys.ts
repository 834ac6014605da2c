/**
 * Keys while the reader's look comes before the model; where they do not apply, the key means what it always does. Each takes the
 * place of a row of the page, which would do nothing then: a person who gives that row another key finds this one there, too.
 */
import type { KeyRow } from '../keys/key_row';
import { directionOf } from '../keys/key_row';
import { KEY_TABLE } from '../keys/key_table';
import { ownKey } from '../keys/own_keys';
import type { ReadingSession } from '../session/reading_session';
import type { FirstLook } from './first_look';

type Run = (look: FirstLook, combination: string) => void;

/** While the look waits `run`; after it the reading page's own row `standsFor`. */
function row(id: string, standsFor: string, action: string, run: Run): KeyRow<ReadingSession> {
  const usual = KEY_TABLE.find((own) => own.id === standsFor);
  if (!usual) throw new Error(`no key row '${standsFor}'`);
  return {
    id: `first-look-${id}`,
    standsFor,
    combinations: usual.combinations,
    shown: usual.shown,
    group: 'Your look first',
    action,
    isOnce: usual.isOnce,
    run(session, combination) {
      const look = session.firstLook;
      if (look?.isWaiting()) return run(look, combination);
      usual.run(session, combination);
    },
  };
}

const chosen = (look: FirstLook): string | null => look.state.get().selected;

export const LOOK_KEYS: readonly KeyRow<ReadingSession>[] = [
  row('present', 'agree', 'the finding is present', (look) => look.say(chosen(look), 'present')),
  row('absent', 'disagree', 'the finding is absent', (look) => look.say(chosen(look), 'absent')),
  row('cannot-say', 'compare', 'cannot say', (look) => look.say(chosen(look), 'cannot_judge')),
  row('rest', 'missed-other', 'the rest is absent', (look) => look.sayRestAbsent()),
  row('undo', 'undo', 'take the last change of the look back', (look) => void look.undo()),
  row('lock', 'submit', 'lock the answers and see the model', (look) => void look.lock()),
  row('next', 'next-finding', 'next finding', (look) => look.selectBy(1)),
  row('previous', 'previous-finding', 'previous finding', (look) => look.selectBy(-1)),
  row('box', 'box', 'draw a box; again: box in the centre', (look) => look.drawBox()),
  row('nudge', 'nudge', 'move the box 1 px (⇧ 10, alt resizes); else pan', (look, combination) => {
    const [dx, dy] = directionOf(combination);
    look.nudge(dx, dy, combination.includes('alt+'), combination.includes('shift+') ? 10 : 1);
  }),
  row('delete', 'delete', 'remove the box', (look) => look.putBox(null)),
];

/** The whole table of the page. */
export const READING_KEYS: readonly KeyRow<ReadingSession>[] = [...LOOK_KEYS, ...KEY_TABLE];

/** The key that a button shows; raises Error for an id that no row has. */
export function lookKey(id: string): string {
  const found = LOOK_KEYS.find((own) => own.id === `first-look-${id}`);
  if (!found) throw new Error(`no key row '${id}'`);
  return ownKey(found.standsFor ?? found.id, found.shown);
}

