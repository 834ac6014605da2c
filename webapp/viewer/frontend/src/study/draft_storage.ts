/**
 * Where a study answer waits until the server has acknowledged it: IndexedDB, so that it survives a reload or a crash.
 * Only answers under random ids are kept, never anything about the patient; an acknowledged answer is deleted at once.
 */
import type { AnswerBody } from './documents';

/** One answer on its way; the key makes a repeated delivery harmless. */
export interface DraftItem {
  readonly key: string;
  readonly body: AnswerBody;
}

export interface StoredDraft {
  /** `${assignment}/${stage}` */
  readonly id: string;
  /** Revision of the server that these changes build on. */
  readonly base: number;
  /** Sent, but not acknowledged: must be sent again, unchanged, before anything newer. */
  readonly inflight: DraftItem | null;
  readonly pending: DraftItem | null;
}

export interface DraftStorage {
  readonly isDurable: boolean;
  get(id: string): Promise<StoredDraft | null>;
  put(draft: StoredDraft): Promise<void>;
  remove(id: string): Promise<void>;
}

export function memoryDrafts(): DraftStorage {
  const kept = new Map<string, StoredDraft>();
  return {
    isDurable: false,
    get: (id) => Promise.resolve(kept.get(id) ?? null),
    put: (draft) => Promise.resolve(void kept.set(draft.id, draft)),
    remove: (id) => Promise.resolve(void kept.delete(id)),
  };
}

const DATABASE = 'sightline-study-drafts';
const STORE = 'drafts';

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('indexedDB request failed'));
  });
}

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
  return settled(request);
}

/** IndexedDB, or memory where the browser refuses it (private windows); `isDurable` tells the reader which. */
export async function openDraftStorage(): Promise<DraftStorage> {
  let database: IDBDatabase;
  try {
    database = await openDatabase();
  } catch {
    return memoryDrafts();
  }
  const store = (mode: IDBTransactionMode): IDBObjectStore => database.transaction(STORE, mode).objectStore(STORE);
  return {
    isDurable: true,
    get: async (id) => ((await settled(store('readonly').get(id))) as StoredDraft | undefined) ?? null,
    put: async (draft) => void (await settled(store('readwrite').put(draft))),
    remove: async (id) => void (await settled(store('readwrite').delete(id))),
  };
}
