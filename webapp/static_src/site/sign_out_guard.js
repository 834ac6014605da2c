// @ts-check
/** Sign-out warns once while answers of the reading page wait in this browser (its outbox: answers and ids only). */
const DATABASE = 'sightline-outbox';
const STORE = 'reviews';

/**
 * @param {string} reader
 * @returns {Promise<number>} answers of this reader that the server has not acknowledged
 */
async function waitingAnswers(reader) {
  // Opening a database that is not there would make an empty one: ask first.
  const known = await indexedDB.databases?.();
  if (known && !known.some((database) => database.name === DATABASE)) return 0;
  return new Promise((resolve) => {
    const opening = indexedDB.open(DATABASE);
    opening.onerror = () => resolve(0);
    opening.onsuccess = () => {
      const database = opening.result;
      if (!database.objectStoreNames.contains(STORE)) return resolve(0);
      const reading = database.transaction(STORE).objectStore(STORE).getAll();
      reading.onerror = () => resolve(0);
      reading.onsuccess = () => {
        database.close();
        resolve(reading.result.filter((answer) => answer.reader === reader).length);
      };
    };
  });
}

const form = document.querySelector('#sign-out-form');
let isWarned = false;

form?.addEventListener('submit', async (event) => {
  const warning = document.querySelector('#sign-out-warning');
  if (isWarned || !(form instanceof HTMLFormElement) || !warning || !('indexedDB' in window)) return;
  event.preventDefault();
  isWarned = true;
  const waiting = await waitingAnswers(form.dataset.reader ?? '').catch(() => 0);
  if (!waiting) return form.requestSubmit();
  warning.textContent = `${waiting === 1 ? '1 answer waits' : `${waiting} answers wait`} in this browser, not yet on the server. `
    + 'Open a case to send them, or sign out once more.';
});
