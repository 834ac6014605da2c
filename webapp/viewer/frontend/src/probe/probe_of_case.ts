/** The questions of a case: one desk for each reading session, made when it is first wanted. */
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

/** M: the section of the chosen finding. */
export function toggleProbe(session: ReadingSession): void {
  const finding = session.selected();
  if (!finding || session.isAiUnseen()) return;
  if (finding.probability === null) return session.announce('the model gave no number for this finding: there is none that could move');
  if (!mayAsk(session, finding.key)) return session.announce('your answer on this finding first: what would change the model’s mind is shown after it');
  probeOf(session).toggle(finding.key);
  session.sheet.show();
}

/** E: the eraser, in an open section. */
export function toggleEraser(session: ReadingSession): void {
  const desk = probeOf(session);
  const { finding, isErasing } = desk.state.get();
  if (!finding) return session.announce('M first: what would change the model’s mind?');
  if (session.isImageMissing()) return;
  if (!isErasing) session.sheet.clear();
  desk.erase(!isErasing);
}

/** Enter: asks without what the eraser has taken; false where there is nothing of it. */
export function askErased(session: ReadingSession): boolean {
  const desk = probeOf(session);
  const prediction = session.shown()?.id;
  if (!prediction || desk.state.get().strokes.length === 0) return false;
  session.sheet.show();
  void desk.askErased(prediction);
  return true;
}

/** Escape: true where an eraser was put away. */
export function putEraserAway(session: ReadingSession): boolean {
  const desk = probeOf(session);
  if (!desk.state.get().isErasing) return false;
  desk.erase(false);
  return true;
}
