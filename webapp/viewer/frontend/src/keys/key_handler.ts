/** Turns key presses into the table's actions; a press of O that is held hides the AI layer until released. */
import type { ReadingSession } from '../session/reading_session';
import { belongsToControl, combinationOf, isTextField } from './combination';
import { KEY_TABLE } from './key_table';

const HOLD_MS = 250;
const HELD_KEY = 'o';

export function listenToKeys(session: ReadingSession): () => void {
  let holdTimer: ReturnType<typeof setTimeout> | undefined;
  let isHeld = false;

  const down = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement | null;
    if (event.isComposing || isTextField(target)) return;
    const combination = combinationOf(event);
    if (
      belongsToControl(combination, {
        tagName: target?.tagName,
        type: (target as HTMLInputElement | null)?.type,
        role: target?.getAttribute('role'),
      })
    )
      return;
    const row = KEY_TABLE.find((entry) => entry.combinations.includes(combination));
    if (!row) return;
    event.preventDefault();
    if (combination === HELD_KEY) {
      if (!event.repeat) {
        holdTimer = setTimeout(() => {
          isHeld = true;
          session.holdAi(true);
        }, HOLD_MS);
      }
      return;
    }
    row.run(session, combination);
  };

  const up = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== HELD_KEY || holdTimer === undefined) return;
    clearTimeout(holdTimer);
    holdTimer = undefined;
    if (isHeld) session.holdAi(false);
    else session.toggleAi();
    isHeld = false;
  };

  // A button pressed with the pointer must not swallow the next Space or Enter; one reached by Tab keeps its focus.
  const click = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (event.detail > 0) button?.blur();
  };

  window.addEventListener('click', click);
  // On the way down: Cornerstone marks the first key pressed over a focused viewport as handled, whatever it is.
  window.addEventListener('keydown', down, { capture: true });
  window.addEventListener('keyup', up);
  return () => {
    clearTimeout(holdTimer);
    window.removeEventListener('click', click);
    window.removeEventListener('keydown', down, { capture: true });
    window.removeEventListener('keyup', up);
  };
}
