/**
 * Every key of the reading page, once: the handler, the key sheet, the hints on the buttons and the settings read this table. A
 * person's own keys lie over it (own_keys.ts).
 */
import { MAP_LAYERS } from '../overlay/map_layers';
import { markFailure } from '../session/failure_place';
import { copyFinding } from '../session/copy_finding';
import { drawBox, nudge as nudgeBox, putBox } from '../session/form_box';
import { enterErased, nudgeEraser, putEraserAway, toggleEraser, toggleProbe } from '../probe/probe_of_case';
import { PRIOR_HELD_KEY } from '../prior/prior_keys';
import { compareMaps } from '../session/compared_maps';
import { LOUPE_HELD_KEY, MEASURING_KEYS } from '../measuring/measuring_keys';
import { chooseByDigit } from '../session/form_keys';
import { repeatCoding } from '../session/last_coding';
import { showMapOf, toggleMap } from '../session/map_choices';
import type { ReadingSession } from '../session/reading_session';
import { agreeOrDisagree, answerSelected, openOther } from '../session/state_answers';
import { toggleHeader } from '../dicom_header/header_open';
import { toggleEnhanced } from '../viewport/enhanced';
import type { HeldKey, KeyRow } from './key_row';
import { arrows, directionOf } from './key_row';
import { ownKey } from './own_keys';
import { PRESET_KEYS } from './preset_keys';

const ZOOM_STEP = 1.25;

function nudge(session: ReadingSession, combination: string): void {
  if (nudgeEraser(session, combination)) return;
  const [dx, dy] = directionOf(combination);
  nudgeBox(session, dx, dy, combination.includes('alt+'), combination.includes('shift+') ? 10 : 1);
}

type KeyGroup = 'Case' | 'AI' | 'Answer' | 'Window' | 'View' | 'Tools';

/** Their keys are digits and directions, and Esc leads out of everything. */
const FIXED = new Set(['class', 'digits', 'preset', 'nudge', 'escape']);

const row = (
  group: KeyGroup,
  id: string,
  shown: string,
  action: string,
  combinations: readonly string[],
  run: KeyRow<ReadingSession>['run'],
): KeyRow<ReadingSession> => ({ id, combinations, shown, group, action, run, isFixed: FIXED.has(id), isOnce: id === 'undo' });

export const KEY_TABLE: readonly KeyRow<ReadingSession>[] = [
  row('Case', 'next', 'J', 'next case', ['j'], (s) => s.page.go('next')),
  row('Case', 'previous', 'K', 'previous case', ['k'], (s) => s.page.go('previous')),
  row('Case', 'header', '⇧H', 'DICOM header of the image', ['shift+h'], (s) => toggleHeader(s)),
  row('AI', 'layer', 'O', 'AI layer on or off; hold to hide', ['o'], (s) => s.toggleAi()),
  ...MAP_LAYERS.map(({ kind, key, title }) =>
    row('AI', kind, key.toUpperCase(), `${title} of the finding`, [key], (s) => toggleMap(s, kind)),
  ),
  row('AI', 'compare', 'C', 'both maps: one in colour, one as a line; again: change over', ['c'], (s) => compareMaps(s)),
  row(
    'AI',
    'class',
    '⇧1…9',
    'map of the n-th finding',
    Array.from({ length: 9 }, (_, i) => `shift+${i + 1}`),
    (s, c) => showMapOf(s, Number(c.at(-1))),
  ),
  row('AI', 'probe', 'M', 'what would change its mind? after your answer', ['m'], (s) => toggleProbe(s)),
  row('AI', 'eraser', 'E', 'erase a part of the picture, for that question', ['e'], (s) => toggleEraser(s)),
  row('AI', 'next-finding', ']', 'next finding', [']'], (s) => s.selectBy(1)),
  row('AI', 'previous-finding', '[', 'previous finding', ['['], (s) => s.selectBy(-1)),
  row('Answer', 'agree', 'Y', 'agree with the finding, or with the refusal', ['y'], (s) => agreeOrDisagree(s, 'agree')),
  row('Answer', 'disagree', 'X', 'disagree with the finding, or with the refusal', ['x'], (s) => agreeOrDisagree(s, 'disagree')),
  row('Answer', 'present', '⇧Y', 'refused or undecided: the finding is there', ['shift+y'], (s) => answerSelected(s, 'present')),
  row('Answer', 'absent', '⇧X', 'refused or undecided: it is not there', ['shift+x'], (s) => answerSelected(s, 'absent')),
  row('Answer', 'cannot-say', '⇧U', 'cannot say (unsure)', ['shift+u'], (s) => answerSelected(s, 'cannot_judge')),
  row('Answer', 'missed-other', 'A', 'another finding, which the model does not know', ['a'], (s) => openOther(s)),
  row('Answer', 'failure', 'F', 'mark a failure, at the pointer when it is over the picture', ['f'], (s) => markFailure(s)),
  row('Answer', 'repeat', 'N', 'repeat the last coding', ['n'], (s) => repeatCoding(s)),
  row('Answer', 'copy', '⇧S', 'copy what the model says of the finding, as a sentence', ['shift+s'], (s) => void copyFinding(s)),
  row('Answer', 'submit', 'Enter', 'save the answer; with the eraser, ask without what it took', ['Enter'], (s) => enterErased(s) || void s.saveForm()),
  row('Answer', 'digits', '1…9', 'in an open form: the choice with this digit, then the next open question', [], () => undefined),
  row('Answer', 'undo', 'Ctrl+Z', 'take back what was done last: an answer, a measurement', ['ctrl+z'], (s) => void s.undoAnswer()),
  row(
    'Window',
    'preset',
    PRESET_KEYS.shown,
    PRESET_KEYS.action,
    PRESET_KEYS.combinations,
    (s, c) => (s.panel.get().form ? chooseByDigit(s, Number(c)) : void s.choosePreset(Number(c))),
  ),
  row('Window', 'invert', 'I', 'invert', ['i'], (s) => s.controller.toggleInvert()),
  row('Window', 'enhanced', '⇧L', 'enhanced picture: local contrast raised, for the eye alone', ['shift+l'], (s) =>
    void toggleEnhanced(s.controller, (text) => s.announce(text)),
  ),
  row('View', 'fit', '=', 'fit', ['='], (s) => s.controller.fit()),
  row('View', 'one-to-one', '0', 'one image pixel per screen pixel', ['0'], (s) => s.controller.oneToOne()),
  row('View', 'zoom-in', '+', 'zoom in', ['+'], (s) => s.controller.zoomBy(ZOOM_STEP)),
  row('View', 'zoom-out', '-', 'zoom out', ['-'], (s) => s.controller.zoomBy(1 / ZOOM_STEP)),
  row('View', 'reset', '␣', 'reset view and window', [' '], (s) => void s.controller.reset()),
  row('View', 'rotate-right', 'R', 'rotate right', ['r'], (s) => s.controller.rotate(90)),
  row('View', 'rotate-left', 'L', 'rotate left', ['l'], (s) => s.controller.rotate(-90)),
  row('View', 'flip-horizontal', 'H', 'flip horizontal', ['h'], (s) => s.controller.flip('horizontal')),
  row('View', 'flip-vertical', 'V', 'flip vertical', ['v'], (s) => s.controller.flip('vertical')),
  row('View', 'stored', 'T', 'as stored, or turned to L\\F', ['t'], (s) => s.controller.toggleStored()),
  row('View', 'prior', 'D', 'prior on or off; hold: in the place of the case', ['d'], (s) => void s.page.priors.toggle()),
  row('View', 'prior-link', '⇧D', 'zoom and pan of both linked or not', ['shift+d'], (s) => s.page.priors.toggleLink()),
  row('View', 'second-window', '⇧W', 'a second window, for a second monitor', ['shift+w'], (s) => s.announce(s.page.openSecond())),
  row('View', 'sheet', 'U', 'panel up on a narrow window', ['u'], (s) => s.sheet.cycle()),
  row('View', 'smooth', 'S', 'interpolation on or off', ['s'], (s) => s.controller.toggleSmooth()),
  row('Tools', 'zoom-tool', 'Z', 'zoom on left drag', ['z'], (s) => s.controller.chooseTool('zoom')),
  row('Tools', 'box', 'B', 'draw a box; again: box in the centre', ['b'], (s) => drawBox(s)),
  ...MEASURING_KEYS,
  row(
    'Tools',
    'nudge',
    'arrows',
    'move the chosen measurement or the box 1 px (⇧ 10, alt resizes); move and size what is erased; else pan',
    [...arrows(), ...arrows('shift+'), ...arrows('alt+'), ...arrows('alt+shift+')],
    nudge,
  ),
  row(
    'Tools',
    'delete',
    'Del',
    'remove the chosen measurement, or the box',
    ['Delete', 'Backspace'],
    (s) => s.panel.get().form?.box && putBox(s, null),
  ),
  row('Tools', 'escape', 'Esc', 'back to window and level; close; twice: to the list', ['Escape'], (s) => putEraserAway(s) || s.escape()),
  row('Tools', 'keys', '?', 'this sheet', ['?', 'F1'], (s) =>
    s.panel.set({ isKeySheetOpen: !s.panel.get().isKeySheetOpen }),
  ),
];

/** O tapped switches the AI layer, O held hides it until it is released. */
const HELD_KEY: HeldKey<ReadingSession> = {
  key: 'o',
  hold: (session, isHeld) => session.holdAi(isHeld),
  tap: (session) => session.toggleAi(),
};

export const HELD_KEYS: readonly HeldKey<ReadingSession>[] = [HELD_KEY, PRIOR_HELD_KEY, LOUPE_HELD_KEY];

function rowOf(id: string): KeyRow<ReadingSession> {
  const found = KEY_TABLE.find((entry) => entry.id === id);
  if (!found) throw new Error(`no key row '${id}'`);
  return found;
}

/**
 * The key a button shows for the row `id`, as the person of the page has it, and what it does. Both raise Error for an id that no
 * row has.
 */
export const keyOf = (id: string): string => ownKey(id, rowOf(id).shown);
export const actionOf = (id: string): string => rowOf(id).action;
