/** Keys while the keyboard is on the other image: those of view and window act on it, and none of them answers. */
import type { HeldKey, KeyRow } from '../keys/key_row';
import { directionOf } from '../keys/key_row';
import type { ReadingSession } from '../session/reading_session';
import type { ViewportController } from '../viewport/controller';
import { toggleEnhanced } from '../viewport/enhanced';
import { choosePreset } from '../viewport/presets';

const ZOOM_STEP = 1.25;
const PAN_PX = 10;

type Run = (controller: ViewportController, combination: string, announce: (text: string) => void) => void;

/** What keys do to a picture that takes no answers, by the ids of the page's rows. */
export const VIEW_VERBS: Readonly<Record<string, Run>> = {
  preset: (controller, combination) => void choosePreset(controller, Number(combination)),
  invert: (controller) => controller.toggleInvert(),
  enhanced: (controller, _combination, announce) => void toggleEnhanced(controller, announce),
  fit: (controller) => controller.fit(),
  'one-to-one': (controller) => controller.oneToOne(),
  'zoom-in': (controller) => controller.zoomBy(ZOOM_STEP),
  'zoom-out': (controller) => controller.zoomBy(1 / ZOOM_STEP),
  reset: (controller) => void controller.reset(),
  'rotate-right': (controller) => controller.rotate(90),
  'rotate-left': (controller) => controller.rotate(-90),
  'flip-horizontal': (controller) => controller.flip('horizontal'),
  'flip-vertical': (controller) => controller.flip('vertical'),
  stored: (controller) => controller.toggleStored(),
  smooth: (controller) => controller.toggleSmooth(),
  nudge: (controller, combination) => {
    const [dx, dy] = directionOf(combination);
    const step = PAN_PX * (combination.includes('shift+') ? 10 : 1);
    controller.panBy(-dx * step, -dy * step);
  },
};
/** Of the page as a whole: they do the same wherever the keyboard is. */
const OF_THE_PAGE = new Set(['next', 'previous', 'prior', 'prior-link', 'sheet', 'keys']);

/** Notes how the other image got the focus: the browser takes one that a pointer gave for the keyboard's at the next key. */
export const noteFocus = (element: HTMLElement, isFocused: boolean): void => {
  element.toggleAttribute('data-keyboard', isFocused && element.matches(':focus-visible'));
};

/** Whether the keyboard, not only a pointer, is on the other image. */
const isOnTheOther = (): boolean => document.activeElement?.matches('.prior-pane [data-keyboard]') ?? false;

/** The same table, with the rows that know where the keyboard is. */
export function besidesOther(table: readonly KeyRow<ReadingSession>[]): readonly KeyRow<ReadingSession>[] {
  return table.map((row) => ({ ...row, run: (session, combination) => runWhereItIs(row, session, combination) }));
}

function runWhereItIs(row: KeyRow<ReadingSession>, session: ReadingSession, combination: string): void {
  const { controller } = session.page.priors.state.get();
  if (!controller || OF_THE_PAGE.has(row.id) || !isOnTheOther()) {
    session.page.priors.lead(false);
    return row.run(session, combination);
  }
  const run = VIEW_VERBS[row.id];
  if (run) {
    session.page.priors.lead(true);
    return run(controller, combination, (text) => session.announce(text));
  }
  if (row.id === 'escape') return (document.activeElement as HTMLElement).blur(); // the keys are the case's again
  session.announce('the keyboard is on the other image, which takes no answers: Esc goes to the case');
}

/** D tapped shows the other image beside or in the place of the case; D held shows it there until it is released. */
export const PRIOR_HELD_KEY: HeldKey<ReadingSession> = {
  key: 'd',
  hold: (session, isHeld) => void session.page.priors.flicker(isHeld),
  tap: (session) => void session.page.priors.toggle(),
};
