/**
 * Where answers wait until the server has acknowledged them: IndexedDB, so that they survive a reload or a crash.
 * Only answers and ids are kept, never a name, date or patient id; an acknowledged answer is deleted at once.
 */
import type { ReviewRequest } from '../api/documents';

export interface QueuedReview {
  readonly key: string;
  readonly reader: string;
  readonly image: string;
  readonly path: string;
  readonly queuedAt: number;
  readonly body: ReviewRequest;
  /** Key of an answer still waiting that this one replaces; becomes body.replaces once that one has an id. */
  readonly replacesKey: string | null;
  /** Why the server refused it for good; null while it waits. */
  readonly refusal: string | null;
}

export interface OutboxStorage {
  readonly isDurable: boolean;
  all(): Promise<QueuedReview[]>;
  put(item: QueuedReview): Promise<void>;
  remove(key: string): Promise<void>;
}

const DATABASE = 'sightline-outbox';
const STORE = 'reviews';

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB request failed'));
  });
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' });
  return settled(request);
}

const byTime = (items: QueuedReview[]): QueuedReview[] => items.sort((a, b) => a.queuedAt - b.queuedAt);

export function memoryStorage(): OutboxStorage {
  const items = new Map<string, QueuedReview>();
  return {
    isDurable: false,
    all: () => Promise.resolve(byTime([...items.values()])),
    put: (item) => Promise.resolve(void items.set(item.key, item)),
    remove: (key) => Promise.resolve(void items.delete(key)),
  };
}

/** What `kept` does not take (the browser's storage is full) stays in memory and goes its way; `isDurable` is false while it does. */
export function withOverflow(kept: OutboxStorage): OutboxStorage {
  const overflow = memoryStorage();
  let held = 0;
  return {
    get isDurable() {
      return kept.isDurable && held === 0;
    },
    async all() {
      const over = await overflow.all();
      held = over.length;
      const keys = new Set(over.map((item) => item.key));
      return byTime([...(await kept.all()).filter((item) => !keys.has(item.key)), ...over]);
    },
    async put(item) {
      try {
        await kept.put(item);
        await overflow.remove(item.key);
      } catch {
        await overflow.put(item);
      }
    },
    async remove(key) {
      await overflow.remove(key);
      await kept.remove(key);
    },
  };
}

/** IndexedDB, or memory where the browser refuses it (private windows); `isDurable` tells the reader which. */
export async function openOutboxStorage(): Promise<OutboxStorage> {
  let database: IDBDatabase;
  try {
    database = await openDatabase();
  } catch {
    return memoryStorage();
  }
  const transacted = <T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      // Not before the transaction is complete: a request that succeeded may still fail with a full disk.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up'));
    });
  const kept: OutboxStorage = {
    isDurable: true,
    all: async () => byTime(await transacted('readonly', (store) => store.getAll() as IDBRequest<QueuedReview[]>)),
    put: async (item) => void (await transacted('readwrite', (store) => store.put(item))),
    remove: async (key) => void (await transacted('readwrite', (store) => store.delete(key))),
  };
  return withOverflow(kept);
}
