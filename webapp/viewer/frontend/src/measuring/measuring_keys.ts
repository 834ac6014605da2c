/** Keys of the measuring tools, and keys that mean the selected measurement first. */
import type { HeldKey, KeyRow } from '../keys/key_row';
import { directionOf } from '../keys/key_row';
import type { ReadingSession } from '../session/reading_session';
import type { MeasurementKind } from './measurement';
import { inSentence, kindRow } from './measurement';
import { holdLoupe, measure, measuringOf, putMeasuringAway, redoLast, toggleLoupe, toggleValue, undoStep } from './measuring_of_case';

type Row = KeyRow<ReadingSession>;

const tool = (kind: MeasurementKind, shown: string, combination: string): Row => ({
  id: `measure-${kind}`,
  combinations: [combination],
  shown,
  group: 'Measure',
  action: `${inSentence(kindRow(kind).title)}; again: one in the middle`,
  run: (session) => measure(session, kind),
});

/** Rows of the page's table. */
export const MEASURING_KEYS: readonly Row[] = [
  tool('length', '⇧M', 'shift+m'),
  tool('angle', 'Q', 'q'),
  tool('cobb', '⇧Q', 'shift+q'),
  tool('ratio', '⇧T', 'shift+t'),
  tool('point', '⇧P', 'shift+p'),
  tool('note', '⇧N', 'shift+n'),
  tool('calibration', '⇧C', 'shift+c'),
  {
    id: 'pixel-value',
    combinations: ['shift+v'],
    shown: '⇧V',
    group: 'Measure',
    action: 'value of the pixel under the pointer, on or off',
    run: toggleValue,
  },
  { id: 'loupe', combinations: ['p'], shown: 'P', group: 'Measure', action: 'loupe on or off; hold: while it is held', run: toggleLoupe },
  {
    id: 'redo',
    combinations: ['ctrl+y', 'ctrl+shift+z'],
    shown: 'Ctrl+Y',
    group: 'Measure',
    action: 'do again what was taken back last (also Ctrl+⇧Z)',
    run: redoLast,
  },
];

type First = (session: ReadingSession, combination: string) => boolean;

/** By the ids of the page's rows, before the look and after it: false leaves the key to its row. */
const FIRST: Readonly<Record<string, First>> = {
  nudge(session, combination) {
    const [dx, dy] = directionOf(combination);
    const step = combination.includes('shift+') ? 10 : 1;
    return measuringOf(session).nudge(dx * step, dy * step, combination.includes('alt+'));
  },
  delete(session) {
    const desk = measuringOf(session);
    return desk.remove(desk.state.get().selected?.id);
  },
  escape: putMeasuringAway,
  undo: undoStep,
};

/** The same table, with the rows that know what is selected and what was done last. */
export function measuringFirst(table: readonly Row[]): readonly Row[] {
  return table.map((row) => {
    const first = FIRST[row.id.replace('first-look-', '')];
    return first ? { ...row, run: (session, combination) => void (first(session, combination) || row.run(session, combination)) } : row;
  });
}

export const LOUPE_HELD_KEY: HeldKey<ReadingSession> = { key: 'p', hold: holdLoupe, tap: toggleLoupe };
