/** The measurements of the case that a session reads: made when they are first wanted. */
import type { Place } from '../geometry/measures';
import { pixelSize } from '../geometry/pixel_size';
import { probeOf } from '../probe/probe_of_case';
import type { ReadingSession } from '../session/reading_session';
import { LINEAR_FRAME } from '../viewport/window_level';
import type { MeasurementKind } from './measurement';
import { browserMeasurements } from './measurement_storage';
import type { MeasuringState } from './measuring_desk';
import { MeasuringDesk } from './measuring_desk';

const desks = new WeakMap<ReadingSession, MeasuringDesk>();

export function measuringOf(session: ReadingSession): MeasuringDesk {
  const known = desks.get(session);
  if (known) return known;
  const { boot, controller, undoStack } = session;
  const desk = new MeasuringDesk({
    owner: { reader: boot.user.username, image: boot.image.id },
    size: boot.image,
    storage: browserMeasurements,
    stack: undoStack,
    announce: (text) => session.announce(text),
    isImageMissing: () => session.isImageMissing(),
    onValuesWanted: () => void loadValues(session),
    onWrite: () => session.sheet.show(),
  });
  desks.set(session, desk);
  controller.header.then(
    (header) => desk.setPixel(pixelSize(header.spacing)),
    () => undefined, // told where the picture is shown
  );
  void desk.open();
  return desk;
}

/** The linear frame, which a picture shown by a lookup table has not loaded; nothing where it cannot be had: then no value is shown. */
async function loadValues(session: ReadingSession): Promise<void> {
  const { film } = session.controller;
  try {
    const header = await film.header;
    await film.load(LINEAR_FRAME);
    const samples = film.samples(LINEAR_FRAME);
    if (samples) measuringOf(session).state.set({ values: { samples, header } });
  } catch {
    session.announce('the values of the pixels could not be loaded');
  }
}

/** A key or a button: the left button measures, until Escape. One tool has it at a time. */
export function measure(session: ReadingSession, kind: MeasurementKind): void {
  const desk = measuringOf(session);
  const probe = probeOf(session);
  if (probe.state.get().isErasing) probe.erase(false);
  if (session.controller.view.get().tool !== 'window') session.controller.chooseTool('window');
  desk.choose(kind);
  if (desk.state.get().tool) session.sheet.clear();
}

export const isLoupeShown = ({ isLoupeOn, isLoupeHeld }: MeasuringState): boolean => isLoupeOn || isLoupeHeld;

/** What follows the pointer begins where it is. */
function follow(session: ReadingSession, change: Partial<MeasuringState>, words: string): void {
  const { state } = measuringOf(session);
  const isBegun = Object.values(change).some(Boolean);
  if (isBegun && session.isImageMissing()) return;
  const { pointed } = session;
  state.set({ ...change, pointer: isBegun || isLoupeShown({ ...state.get(), ...change }) || state.get().isValueShown ? pointed : null });
  if (words) session.announce(`${words} ${isBegun ? 'on' : 'off'}`);
}

export function toggleValue(session: ReadingSession): void {
  const isValueShown = !measuringOf(session).state.get().isValueShown;
  follow(session, { isValueShown }, 'value under the pointer');
  if (isValueShown) void loadValues(session);
}

export const toggleLoupe = (session: ReadingSession): void =>
  follow(session, { isLoupeOn: !measuringOf(session).state.get().isLoupeOn }, 'loupe');

export const holdLoupe = (session: ReadingSession, isLoupeHeld: boolean): void => follow(session, { isLoupeHeld }, '');

/** Where the pointer is, told by whoever listens to it; null when it has left the picture. */
export function pointAt(session: ReadingSession, pointer: Place | null): void {
  const { state } = measuringOf(session);
  if (isLoupeShown(state.get()) || state.get().isValueShown) state.set({ pointer });
}

/** Another tool of the left button ends measuring, and has the arrows and Del from a selected measurement. Returns what ends this. */
export function endWithOtherTool(session: ReadingSession): () => void {
  const desk = measuringOf(session);
  const other = (): string | null => {
    const { tool } = session.controller.view.get();
    if (probeOf(session).state.get().isErasing) return 'eraser';
    return tool === 'window' ? null : tool;
  };
  let last = other();
  const look = (): void => {
    const now = other();
    if (now && desk.state.get().tool) desk.choose(null);
    if (now && now !== last) desk.select(null);
    last = now;
  };
  const stops = [session.controller.view.subscribe(look), probeOf(session).state.subscribe(look)];
  return () => stops.forEach((stop) => stop());
}

/** Escape: what is drawn, then the tool, then the choice, then the row of tools. False when there is nothing to put away. */
export function putMeasuringAway(session: ReadingSession): boolean {
  const desk = measuringOf(session);
  const { drawing, tool, selected, isOpen } = desk.state.get();
  if (drawing?.fixed.length) desk.letGo();
  else if (tool) desk.choose(null);
  else if (selected) desk.select(null);
  else if (isOpen) desk.toggle();
  else return false;
  session.announce(desk.state.get().tool ? 'nothing is drawn' : 'back to window and level');
  return true;
}

/** The newest step; false when there was none. Steps that are no longer kept are told, and nothing older is taken back in their place. */
export function undoStep(session: ReadingSession): boolean {
  if (session.undoStack.undo()) return true;
  if (session.undoStack.isCut) session.announce('nothing further back can be taken back');
  return session.undoStack.isCut;
}

/** What was done last on the case, whatever it was. */
export function undoLast(session: ReadingSession): void {
  if (!undoStep(session)) void session.undoAnswer(); // which says that there is nothing
}

export function redoLast(session: ReadingSession): void {
  if (!session.undoStack.redo()) session.announce('nothing was taken back that could be done again');
}
