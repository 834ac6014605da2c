/**
 * Where half-filled marks lie until they are saved or discarded: IndexedDB, beside the outbox. A database of its own, so that a tab
 * with an older page neither blocks it nor takes a draft for an answer to send. Ids and what the form holds, never a name or date.
 */
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

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB cannot be opened'));
  });
}

/** Resolves when the transaction is complete: a request that succeeded may still fail with a full disk. */
async function transacted<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up'));
    });
  } finally {
    database.close();
  }
}

export const browserDrafts: DraftStorage = {
  all: () => transacted('readonly', (store) => store.getAll() as IDBRequest<DraftMark[]>),
  put: async (draft) => void (await transacted('readwrite', (store) => store.put(draft))),
  remove: async (id) => void (await transacted('readwrite', (store) => store.delete(id))),
};
