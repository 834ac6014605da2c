/**
 * Where half-filled marks lie until they are saved or discarded: IndexedDB, beside the outbox. A database of its own, so that a tab
 * with an older page neither blocks it nor takes a draft for an answer to send. Ids and what the form holds, never a name or date.
 */
import { browserTable } from '../state/browser_table';
import type { FailureForm } from './failure_form';

export interface DraftMark {
  /** Of reader, image, bundle, finding, verdict and the mark that is changed: see draftId. */
  readonly id: string;
  readonly reader: string;
  readonly image: string;
  readonly bundle: string;
  /** ms since 1970. */
  readonly keptAt: number;
  readonly form: FailureForm;
}

/** All three reject when the browser does not do it: storage full, refused, taken away. */
export interface DraftStorage {
  all(): Promise<DraftMark[]>;
  put(draft: DraftMark): Promise<void>;
  remove(id: string): Promise<void>;
}

const DATABASE = 'sightline-mark-drafts';
const STORE = 'drafts';

/** What has no finding is told apart by the mark that a form changes; a form of a new one has none. */
export function draftId({ reader, image, bundle, form }: Pick<DraftMark, 'reader' | 'image' | 'bundle' | 'form'>): string {
  const changed = form.replaces ? [form.replaces] : [];
  return JSON.stringify([reader, image, bundle, form.finding, form.verdict, ...changed]);
}

const asked = browserTable(DATABASE, STORE, 'id');

export const browserDrafts: DraftStorage = {
  all: () => asked('readonly', (store) => store.getAll() as IDBRequest<DraftMark[]>),
  put: async (draft) => void (await asked('readwrite', (store) => store.put(draft))),
  remove: async (id) => void (await asked('readwrite', (store) => store.delete(id))),
};
