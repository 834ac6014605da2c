/** Whether the window is narrow: the panel is a sheet then. The same width stands in style/sheet.css. */
import { useSyncExternalStore } from 'react';

const NARROW = '(max-width: 900px)';

function subscribe(changed: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}

export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
