/** A table in the browser's own database (IndexedDB): what was kept there survives a reload, a crash, a sign-out. */

export type Ask = <T>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<T>) => Promise<T>;

/** The table of a database that holds no other. What is asked of it rejects when the browser does not do it: storage full, refused, taken away. */
export function browserTable(database: string, table: string, keyPath: string | string[]): Ask {
  const opened = (): Promise<IDBDatabase> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('IndexedDB cannot be opened'));
    });
  return async (mode, ask) => {
    const open = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = open.transaction(table, mode);
        const request = ask(transaction.objectStore(table));
        // Not before the transaction is complete: a request that succeeded may still fail with a full disk.
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up'));
      });
    } finally {
      open.close();
    }
  };
}
