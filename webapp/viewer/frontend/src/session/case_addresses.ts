/** The address bar, the title and the browser's history follow the case that is shown; the list remembers it. */
import type { Boot } from '../boot';

/** Where the worklist keeps the case that is chosen in it (list_keys.js). A random id, nothing of a patient. */
const CHOSEN = 'worklist-case';

export interface CaseAddresses {
  /** A further case is shown. */
  goOn(boot: Boot): void;
  /** The case is the one that is shown: title and list say so. */
  tell(boot: Boot): void;
  /** The browser went back or forth, but the case stays: so does its address. */
  stay(boot: Boot): void;
  onBack(listener: (image: string) => void): void;
  /** To the list that the case came from, at the row of the case or, if it is listed no more, of a neighbour. */
  toList(boot: Boot): void;
}

/** Asked by the list (list_return.js). */
const RETURN = 'worklist-return';

function note(name: string, text: string): void {
  try {
    window.sessionStorage.setItem(name, text);
  } catch {
    // a list that does not know which case was read last begins at its top
  }
}

const pathOf = (image: string): string => `/images/${image}/${window.location.search}`;

export const browserAddresses: CaseAddresses = {
  goOn: ({ image }) => window.history.pushState(null, '', pathOf(image.id)),
  tell({ image }) {
    document.title = `Case ${image.code} · Sightline`;
    note(CHOSEN, image.id);
  },
  stay: ({ image }) => window.history.pushState(null, '', pathOf(image.id)),
  onBack(listener) {
    window.addEventListener('popstate', () => {
      const image = /^\/images\/([0-9a-f-]{36})\/$/.exec(window.location.pathname)?.[1];
      if (image) listener(image);
    });
  },
  toList({ image, next, previous, urls }) {
    note(RETURN, JSON.stringify([image.id, next, previous].filter(Boolean)));
    window.location.assign(urls.list);
  },
};
