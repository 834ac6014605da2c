/** The look before the model of the case that a session reads. */
import { ownKey } from '../keys/own_keys';
import { isAiShown } from '../session/panel_state';
import type { ReadingSession } from '../session/reading_session';
import { FirstLook } from './first_look';
import { browserLookDrafts } from './look_draft';

/** null where a reader study hides the image: nothing is asked then. */
export function firstLookOf(session: ReadingSession): FirstLook | null {
  const { answer_first: document, user, image, csrf } = session.boot;
  if (!document) return null;
  return new FirstLook(
    {
      document,
      reader: user.username,
      size: image,
      csrf,
      controller: session.controller,
      announce: (text) => session.announce(text),
      isImageMissing: (isWhole) => session.isImageMissing(isWhole),
      onDraw: () => session.sheet.clear(),
      onChange: () =>
        session.undoStack.push({
          undo: () => session.firstLook?.undo(),
          redo: null,
          isOver: () => !session.firstLook?.isWaiting(),
        }),
      onOpen: async () => {
        session.panel.set({ isRevealed: true }); // who has looked first is not asked to look first again
        void session.desk.load();
        await session.predictions.refresh();
        if (session.shown()?.state !== 'succeeded') return 'there is no result of the model to show';
        return isAiShown(session.panel.get()) ? 'the model is shown' : `what the model says is hidden: ${ownKey('layer', 'O') || 'its button'} shows it`;
      },
    },
    browserLookDrafts(user.username, image.id),
  );
}
