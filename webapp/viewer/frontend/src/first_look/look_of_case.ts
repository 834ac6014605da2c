/** The look before the model of the case that a session reads. */
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
      onOpen: () => {
        session.panel.set({ isRevealed: true }); // who has looked first is not asked to look first again
        void session.predictions.refresh();
        void session.desk.load();
      },
    },
    browserLookDrafts(user.username, image.id),
  );
}
