/** The questions of a case: one desk for each reading session, made when it is first wanted. */
import { imagePoint } from '../geometry/pixels';
import { directionOf } from '../keys/key_row';
import { ownKey } from '../keys/own_keys';
import { isAiShown } from '../session/panel_state';
import type { ReadingSession } from '../session/reading_session';
import { ProbeDesk } from './probe_desk';

type Asking = Pick<ReadingSession, 'boot' | 'announce'>;
const desks = new WeakMap<Asking, ProbeDesk>();

export function probeOf(session: Asking): ProbeDesk {
  const known = desks.get(session);
  if (known) return known;
  const { boot } = session;
  const desk = new ProbeDesk(boot.urls.probes, boot.csrf, boot.image, (text) => session.announce(text));
  desks.set(session, desk);
  return desk;
}

/** Whether the reader has answered what this model says of the finding, and the server has it: it refuses before. */
export function mayAsk(session: ReadingSession, key: string): boolean {
  const own = session.desk.own(key, session.shown()?.bundle ?? '');
  return own !== null && !own.isWaiting;
}

function whyNot({ desk }: ReadingSession): string {
  const { isListed, problem } = desk.state.get();
  if (isListed) return 'your answer on this finding first: what would change the model’s mind is shown after it';
  return problem ?? 'your earlier answers are still on their way: M again in a moment';
}

/** M: the section of the chosen finding. */
export function toggleProbe(session: ReadingSession): void {
  if (session.isAiUnseen()) return;
  const finding = session.selected();
  if (!finding) return session.announce('no result of the model is here that could be asked about');
  if (finding.probability === null) return session.announce('the model gave no number for this finding: there is none that could move');
  if (!mayAsk(session, finding.key)) return session.announce(whyNot(session));
  probeOf(session).toggle(finding.key);
  session.sheet.show();
}

/** Whether what is erased may be seen: of the chosen finding, while the model is shown. */
export function isProbeShown(session: ReadingSession): boolean {
  const panel = session.panel.get();
  const { finding } = probeOf(session).state.get();
  return finding !== null && finding === panel.selected && isAiShown(panel) && !panel.isAiHeld;
}

/** Closes the section when another finding is chosen or the answer on its finding is gone; what was erased goes with it. Returns what ends it. */
export function closeWithAnswer(session: ReadingSession): () => void {
  const probe = probeOf(session);
  const look = (): void => {
    const { finding } = probe.state.get();
    if (!finding) return;
    const isAnswered = session.desk.own(finding, session.shown()?.bundle ?? '') !== null;
    if (session.panel.get().selected !== finding || !isAnswered) probe.toggle(finding);
  };
  const { panel, desk } = session;
  const stops = [panel, desk.state, desk.outbox.state].map((store) => store.subscribe(look));
  return () => stops.forEach((stop) => stop());
}

/** E: the eraser, in an open section. */
export function toggleEraser(session: ReadingSession): void {
  const desk = probeOf(session);
  const { finding, isErasing } = desk.state.get();
  if (session.isAiUnseen()) return;
  if (!finding) return session.announce('M first: what would change the model’s mind?');
  if (session.isImageMissing()) return;
  if (!isErasing) session.sheet.clear();
  desk.erase(!isErasing);
}

const STEP = 0.005; // of the longer side of the picture
const WIDER = 1.25;

/** Puts the eraser down in the middle of what is seen of the picture, for the keyboard. */
export function eraseMiddle(session: ReadingSession): void {
  if (session.isImageMissing()) return;
  const { columns, rows } = session.boot.image;
  const { x, y } = session.controller.middle();
  probeOf(session).beginStroke(imagePoint(Math.min(Math.max(x, 0), columns), Math.min(Math.max(y, 0), rows)));
  sayErased(session);
}

/** Arrow keys while the eraser is out and no form is open: put it down, move and size what it took last. False where they are somebody else's. */
export function nudgeEraser(session: ReadingSession, combination: string): boolean {
  const desk = probeOf(session);
  const { isErasing, strokes } = desk.state.get();
  if (session.panel.get().form || !isErasing || !isProbeShown(session)) return false;
  if (strokes.length === 0) {
    eraseMiddle(session);
    return true;
  }
  const [dx, dy] = directionOf(combination);
  const { columns, rows } = session.boot.image;
  const step = STEP * Math.max(columns, rows) * (combination.includes('shift+') ? 10 : 1);
  if (combination.includes('alt+')) desk.sizeLast(dx - dy > 0 ? WIDER : 1 / WIDER);
  else desk.moveLast(dx * step, dy * step);
  sayErased(session);
  return true;
}

function sayErased(session: ReadingSession): void {
  const { strokes, problem } = probeOf(session).state.get();
  const last = strokes.at(-1);
  const at = last?.points.at(-1);
  if (!last || !at || problem) return;
  session.announce(
    `erased at ${Math.round(at.x)}, ${Math.round(at.y)}, ${Math.round(2 * last.radius)} pixels wide: arrows move it, alt and arrows size it, ${ownKey('submit', 'Enter') || 'the button'} asks`,
  );
}

/** The button: asks without what the eraser has taken. */
export function askErased(session: ReadingSession): void {
  const prediction = session.shown()?.id;
  if (!prediction || !isProbeShown(session)) return;
  session.sheet.show();
  void probeOf(session).askErased(prediction);
}

/** Enter: asks, while the eraser is out and has taken something; false where Enter is somebody else's, as of an open form. */
export function enterErased(session: ReadingSession): boolean {
  const { isErasing, strokes } = probeOf(session).state.get();
  if (session.panel.get().form || !isErasing || strokes.length === 0 || !isProbeShown(session)) return false;
  askErased(session);
  return true;
}

/** Escape: true where an eraser was put away, or, once it is, what it took was let go. */
export function putEraserAway(session: ReadingSession): boolean {
  const desk = probeOf(session);
  const { isErasing, strokes } = desk.state.get();
  if (isErasing) {
    desk.erase(false);
    return true;
  }
  if (strokes.length === 0 || session.panel.get().form || !isProbeShown(session)) return false;
  desk.clear();
  session.announce('nothing is erased any more');
  return true;
}
