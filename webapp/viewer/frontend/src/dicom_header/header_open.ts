/** Opened and closed by key and button; it belongs to its case and is closed in the next one. */
import type { ReadingSession } from '../session/reading_session';

export function toggleHeader({ panel }: ReadingSession): void {
  panel.set({ isHeaderOpen: !panel.get().isHeaderOpen });
}
