import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyRow } from '../keys/key_row';
import type { ReadingSession } from '../session/reading_session';
import { UndoStack } from '../session/undo_stack';
import { createStore } from '../state/store';
import { LOUPE_HELD_KEY, MEASURING_KEYS, measuringFirst } from './measuring_keys';
import { endWithOtherTool, isLoupeShown, measuringOf, pointAt } from './measuring_of_case';

const IDS = ['nudge', 'delete', 'escape', 'undo', 'first-look-nudge', 'first-look-undo', 'agree'];
let session: ReadingSession;
let left: string[];
let said: string[];

const table = measuringFirst([
  ...IDS.map((id): KeyRow<ReadingSession> => ({ id, combinations: [id], shown: id, group: 'g', action: id, run: () => void left.push(id) })),
  ...MEASURING_KEYS,
]);
const press = (id: string, combination = id): void => table.find((row) => row.id === id)?.run(session, combination);
const points = () => measuringOf(session).state.get().items.map((item) => item.points.map(({ x, y }) => [x, y]));

beforeEach(() => {
  left = [];
  said = [];
  session = {
    boot: { user: { username: 'me' }, image: { id: 'i', columns: 100, rows: 100 }, urls: { probes: '' }, csrf: '' },
    controller: { header: new Promise(() => undefined), view: createStore({ tool: 'window' }), chooseTool: () => undefined },
    undoStack: new UndoStack(),
    sheet: { clear: () => undefined, show: () => undefined },
    announce: (text: string) => void said.push(text),
    isImageMissing: () => false,
  } as unknown as ReadingSession;
});

describe('keys', () => {
  it('are named as the pages name tools, Cobb with a capital', () => {
    const actions = MEASURING_KEYS.map(({ action }) => action);
    expect(actions).toContain('length; again: one in the middle');
    expect(actions).toContain('Cobb angle; again: one in the middle');
  });

  it('without a measurement mean what they always do', () => {
    for (const id of IDS) press(id);
    expect(left).toEqual(IDS);
  });

  it('mean the selected measurement, in a look before the model too', () => {
    press('measure-length');
    press('measure-length'); // one in the middle
    expect(points()).toEqual([[[40, 50], [60, 50]]]);
    press('nudge', 'ArrowRight');
    press('first-look-nudge', 'shift+ArrowDown');
    press('nudge', 'alt+ArrowUp');
    expect(points()).toEqual([[[41, 60], [61, 59]]]);
    press('delete');
    expect(points()).toEqual([]);
    press('first-look-undo');
    press('undo');
    expect(points()).toEqual([[[40, 50], [60, 50]]]);
    press('redo');
    expect(points()).toEqual([[[41, 60], [61, 59]]]);
    press('agree');
    expect(left).toEqual(['agree']);
  });

  it('mean what another tool draws once that is chosen', () => {
    const stop = endWithOtherTool(session);
    press('measure-length');
    press('measure-length');
    session.controller.view.set({ tool: 'box' });
    press('nudge', 'ArrowRight');
    press('delete');
    expect([left, points().length]).toEqual([['nudge', 'delete'], 1]);
    const id = measuringOf(session).state.get().items[0]?.id ?? '';
    measuringOf(session).select({ id, handle: null });
    session.controller.view.set({ isInverted: true }); // the same tool: what was chosen since stays chosen
    expect(measuringOf(session).state.get().selected?.id).toBe(id);
    stop();
  });

  it('of Escape put the tool away, then the choice, and are free then', () => {
    press('measure-angle');
    press('measure-angle');
    press('escape');
    expect([measuringOf(session).state.get().tool, measuringOf(session).state.get().selected !== null]).toEqual([null, true]);
    press('escape');
    expect(measuringOf(session).state.get().selected).toBeNull();
    expect(left).toEqual([]);
    press('escape');
    expect(left).toEqual(['escape']);
  });

  it('of the loupe and the value follow the pointer from where it is', () => {
    session.pointed = { space: 'image', x: 3, y: 4 };
    const { state } = measuringOf(session);
    LOUPE_HELD_KEY.hold(session, true);
    expect([state.get().isLoupeHeld, state.get().pointer]).toEqual([true, session.pointed]);
    pointAt(session, { x: 9, y: 9 });
    expect(state.get().pointer).toEqual({ x: 9, y: 9 });
    LOUPE_HELD_KEY.hold(session, false);
    pointAt(session, { x: 5, y: 5 });
    expect([isLoupeShown(state.get()), state.get().pointer]).toEqual([false, null]);
    LOUPE_HELD_KEY.tap(session);
    expect(isLoupeShown(state.get())).toBe(true);
    LOUPE_HELD_KEY.tap(session);
    expect(isLoupeShown(state.get())).toBe(false);
  });

  it('of undo take back the newest, whichever part of the page did it', () => {
    press('measure-length');
    press('measure-length');
    session.undoStack.push({ undo: () => void left.push('answer'), redo: null });
    press('undo');
    expect([left, points().length]).toEqual([['answer'], 1]);
    press('undo');
    expect(points()).toEqual([]);
  });

  it('of undo take nothing older back in place of what is no longer kept', () => {
    for (let n = 0; n < 101; n += 1) session.undoStack.push({ undo: () => undefined, redo: null });
    for (let n = 0; n < 101; n += 1) press('undo');
    expect([left, said.at(-1)]).toEqual([[], 'nothing further back can be taken back']);
  });
});
