/** Turns key presses into a table's actions. */
import { belongsToControl, combinationOf, isTextField } from './combination';
import type { HeldKey, KeyRow } from './key_row';

const HOLD_MS = 250;

export function listenToKeys<Session>(
  session: Session,
  table: readonly KeyRow<Session>[],
  heldKeys: readonly HeldKey<Session>[] = [],
): () => void {
  let holdTimer: ReturnType<typeof setTimeout> | undefined;
  let isHeld = false;
  let pressed: HeldKey<Session> | undefined;
  let pressedKey = '';

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
    const row = table.find((entry) => entry.combinations.includes(combination));
    if (!row) return;
    event.preventDefault();
    if (event.repeat && row.isOnce) return;
    const held = heldKeys.find(({ key }) => key === combination);
    if (held) {
      if (!event.repeat) press(held, event.key);
      return;
    }
    row.run(session, combination);
  };

  const press = (held: HeldKey<Session>, key: string): void => {
    release(false);
    pressed = held;
    pressedKey = key.toLowerCase(); // without its shift, which may be let go first
    holdTimer = setTimeout(() => {
      isHeld = true;
      held.hold(session, true);
    }, HOLD_MS);
  };

  const release = (isTap: boolean): void => {
    clearTimeout(holdTimer);
    const held = pressed;
    const wasHeld = isHeld;
    pressed = undefined;
    isHeld = false;
    if (wasHeld) held?.hold(session, false);
    else if (isTap) held?.tap(session);
  };

  const up = (event: KeyboardEvent): void => {
    if (pressed && event.key.toLowerCase() === pressedKey) release(true);
  };

  // A key that is let go in another window is never told.
  const blur = (): void => release(false);

  // A button pressed with the pointer must not swallow the next Space or Enter; one reached by Tab keeps its focus.
  const click = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (event.detail > 0) button?.blur();
  };

  window.addEventListener('click', click);
  // On the way down: Cornerstone marks the first key pressed over a focused viewport as handled, whatever it is.
  window.addEventListener('keydown', down, { capture: true });
  window.addEventListener('keyup', up);
  window.addEventListener('blur', blur);
  return () => {
    clearTimeout(holdTimer);
    window.removeEventListener('blur', blur);
    window.removeEventListener('click', click);
    window.removeEventListener('keydown', down, { capture: true });
    window.removeEventListener('keyup', up);
  };
}
