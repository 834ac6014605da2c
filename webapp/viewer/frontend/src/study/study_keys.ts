/** Every key of a study reading, once: handler, key sheet and buttons read this table. */
import { PRESET_KEYS } from '../keys/preset_keys';
import type { KeyRow } from '../keys/key_row';
import { arrows, directionOf } from '../keys/key_row';
import { MAP_LAYERS } from '../overlay/map_layers';
import { choosePreset } from '../viewport/presets';
import type { CaseReading } from './case_reading';
import { boxOf } from './answer_body';
import type { StudySession } from './study_session';

const ZOOM_STEP = 1.25;

type Run = (reading: CaseReading, combination: string, session: StudySession) => void;

const row = (
  group: string,
  id: string,
  shown: string,
  action: string,
  combinations: readonly string[],
  run: Run,
): KeyRow<StudySession> => ({
  id,
  combinations,
  shown,
  group,
  action,
  run: (session, combination) => session.reading && run(session.reading, combination, session),
});

/** Shift and a digit: the rating that the scale gives to this digit. */
function rateByKey(reading: CaseReading, combination: string): void {
  const finding = reading.assignment.form.findings.find((own) => own.code === reading.state.get().finding);
  const rating = finding?.keys[combination.at(-1) ?? ''];
  if (finding && rating !== undefined) reading.rate(finding.code, { rating });
}

function nextMark(reading: CaseReading, step: number): void {
  const keys = reading.body.marks.map((mark) => mark.key);
  const now = keys.indexOf(reading.state.get().mark ?? '');
  reading.selectMark(keys[(now + step + keys.length) % Math.max(1, keys.length)] ?? null);
}

function nudge(reading: CaseReading, combination: string): void {
  const [dx, dy] = directionOf(combination);
  const mark = reading.body.marks.find((own) => own.key === reading.state.get().mark);
  const isResize = combination.includes('alt+') && mark !== undefined && boxOf(mark) !== null;
  reading.nudge(dx, dy, isResize, combination.includes('shift+') ? 10 : 1);
}

export const STUDY_KEYS: readonly KeyRow<StudySession>[] = [
  row('Answer', 'submit', 'Enter', 'submit the case; for some seconds Ctrl+Z takes it back', ['Enter'], (r, _c, s) => {
    if (r.state.get().feedback) void s.advance();
    else r.submit();
  }),
  row(
    'Answer',
    'rate',
    '⇧0…9',
    'rate the chosen finding (0 is ten; tens on a scale to 100); alt+0 where ⇧0 types = or 0',
    [...Array.from({ length: 10 }, (_, i) => `shift+${i}`), 'alt+0'],
    rateByKey,
  ),
  row('Answer', 'next-finding', ']', 'next finding', [']'], (r) => r.selectFinding(1)),
  row('Answer', 'previous-finding', '[', 'previous finding', ['['], (r) => r.selectFinding(-1)),
  row('Answer', 'undo', 'Ctrl+Z', 'undo; takes a submission back', ['ctrl+z'], (r) => r.undo()),
  row('Answer', 'redo', 'Ctrl+Y', 'redo', ['ctrl+y', 'ctrl+shift+z'], (r) => r.redo()),
  row('Marks', 'box', 'B', 'draw a box; again: box in the centre', ['b'], (r) => r.drawBox()),
  row('Marks', 'point', 'P', 'place a point with the next click', ['p'], (r) => r.pointTool()),
  row('Marks', 'next-mark', 'E', 'next mark (⇧ previous)', ['e', 'shift+e'], (r, c) =>
    nextMark(r, c.includes('shift') ? -1 : 1),
  ),
  row('Marks', 'delete', 'Del', 'remove the chosen mark', ['Delete', 'Backspace'], (r) =>
    r.removeMark(r.state.get().mark),
  ),
  row(
    'Marks',
    'nudge',
    'arrows',
    'move the mark 1 px (⇧ 10, alt resizes); else pan',
    [...arrows(), ...arrows('shift+'), ...arrows('alt+'), ...arrows('alt+shift+')],
    nudge,
  ),
  row('AI', 'layer', 'O', 'model layers on or off', ['o'], (r) => r.toggleAi()),
  ...MAP_LAYERS.map(({ kind, key, title }) =>
    row('AI', kind, key.toUpperCase(), title, [key], (r) => r.toggleMap(kind)),
  ),
  row(
    'Window',
    'preset',
    PRESET_KEYS.shown,
    PRESET_KEYS.action,
    PRESET_KEYS.combinations,
    (r, c) => void choosePreset(r.controller, Number(c)),
  ),
  row('Window', 'invert', 'I', 'invert', ['i'], (r) => r.controller.toggleInvert()),
  row('Window', 'enhanced', '⇧L', 'enhanced picture, where the study allows it', ['shift+l'], (r) => r.enhance()),
  row('View', 'fit', '=', 'fit', ['='], (r) => r.controller.fit()),
  row('View', 'one-to-one', '0', 'one image pixel per screen pixel', ['0'], (r) => r.controller.oneToOne()),
  row('View', 'zoom-in', '+', 'zoom in', ['+'], (r) => r.controller.zoomBy(ZOOM_STEP)),
  row('View', 'zoom-out', '-', 'zoom out', ['-'], (r) => r.controller.zoomBy(1 / ZOOM_STEP)),
  row('View', 'reset', '␣', 'reset view and window', [' '], (r) => void r.controller.reset()),
  row('View', 'rotate-right', 'R', 'rotate right', ['r'], (r) => r.controller.rotate(90)),
  row('View', 'rotate-left', 'L', 'rotate left', ['l'], (r) => r.controller.rotate(-90)),
  row('View', 'flip-horizontal', 'H', 'flip horizontal', ['h'], (r) => r.controller.flip('horizontal')),
  row('View', 'flip-vertical', 'V', 'flip vertical', ['v'], (r) => r.controller.flip('vertical')),
  row('View', 'stored', 'T', 'as stored, or turned to L\\F', ['t'], (r) => r.controller.toggleStored()),
  row('View', 'sheet', 'U', 'panel up on a narrow window', ['u'], (_r, _c, s) => s.sheet.cycle()),
  row('View', 'smooth', 'S', 'interpolation on or off', ['s'], (r) => r.controller.toggleSmooth()),
  row('View', 'zoom-tool', 'Z', 'zoom on left drag', ['z'], (r) => r.controller.chooseTool('zoom')),
  row('View', 'pause', '⇧P', 'pause: the picture is hidden, the clock stands', ['shift+p'], (r) => void r.togglePause()),
  row('View', 'escape', 'Esc', 'back to window and level; close', ['Escape'], (r, _c, s) => {
    if (s.state.get().isKeySheetOpen) s.state.set({ isKeySheetOpen: false });
    else r.escape();
  }),
  row('View', 'keys', '?', 'this sheet', ['?', 'F1'], (_r, _c, s) =>
    s.state.set({ isKeySheetOpen: !s.state.get().isKeySheetOpen }),
  ),
];

/** The key a button shows for the row `id`. Raises Error for an id that no row has. */
export function studyKey(id: string): string {
  const found = STUDY_KEYS.find((entry) => entry.id === id);
  if (!found) throw new Error(`no key row '${id}'`);
  return found.shown;
}
