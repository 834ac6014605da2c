/** The box of the open form: drawn on the picture, placed and moved from the keyboard, removed. */
import type { PixelBox } from '../geometry/pixel_box';
import { centreBox, movedBox, resizedBox } from '../geometry/pixel_box';
import { ownKey } from '../keys/own_keys';
import type { ReadingSession } from './reading_session';
import type { Answer } from './reviews_state';
import { mayGiveAgain, openBoxForm, openGiven } from './state_answers';

/** B: draw with the left button; B again places a box in the centre for the keyboard. */
export function drawBox(session: ReadingSession): void {
  if (session.firstLook?.isWaiting()) return session.firstLook.drawBox();
  if (!session.panel.get().form) openBoxForm(session);
  if (!session.panel.get().form) return session.announce('choose a finding first');
  if (session.isImageMissing()) return;
  if (session.controller.view.get().tool !== 'box') {
    session.sheet.clear();
    session.panel.set({ isFormBeside: false }); // the whole picture is there to draw on
    session.controller.chooseTool('box');
    return session.announce(`draw a box; ${ownKey('box', 'B') || 'the button'} again places one in the centre; arrows move it, alt and arrows resize it`);
  }
  putBox(session, centreBox(session.boot.image));
}

/** Replaces the draft box, or removes it. */
export function putBox(session: ReadingSession, box: PixelBox | null): void {
  session.changeForm({ box });
  session.controller.placeDraftBox(box);
  session.announce(
    box
      ? `box at ${Math.round(box.x)}, ${Math.round(box.y)}, ${Math.round(box.w)} by ${Math.round(box.h)} pixels`
      : 'box removed',
  );
}

/** Own answers on what is shown; one to another model is changed where that is shown. */
export const mayChangeBox = (session: ReadingSession, answer: Answer): boolean =>
  answer.isMine && answer.bundle === session.shown()?.bundle && mayGiveAgain(session, answer);

/** Another box for an answer that was given: in its form, where it is saved. Where that is refused now, another form that is open stays as it is. */
export function putGivenBox(session: ReadingSession, answer: Answer, box: PixelBox): void {
  openGiven(session, answer);
  const { form } = session.panel.get();
  if (!form || form.bundle !== answer.bundle || form.verdict !== answer.verdict) return;
  if (answer.term ? form.replaces === answer.id : form.finding === answer.finding) putBox(session, box);
}

/** Arrow keys: the draft box when there is one, otherwise the picture (dx, dy in steps of one). */
export function nudge(session: ReadingSession, dx: number, dy: number, isResize: boolean, step: number): void {
  const box = session.panel.get().form?.box;
  if (!box || !session.panel.get().form?.isChanged) return session.controller.panBy(-dx * step * 10, -dy * step * 10);
  const change = isResize ? resizedBox : movedBox;
  putBox(session, change(box, dx * step, dy * step, session.boot.image));
}
