// @ts-check
/** Coming back from a case: the row that was read, and the place where the list stood. Kept for the tab: ids and a number of pixels. */
import { choose, rememberedCase, rowOf } from './list_keys.js';

const RETURN = 'worklist-return'; // the reading page writes it: ids, the one that was read first
const PLACE = 'worklist-place';

/** Ids of the rows to return to, the first that is still listed; empty when the list was not returned to. Asked once. @returns {string[]} */
function returnedTo() {
  try {
    const ids = JSON.parse(sessionStorage.getItem(RETURN) ?? '[]');
    sessionStorage.removeItem(RETURN);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Keeps where the list stands when it is left, and takes it there again if it is this list that is returned to. */
function keepPlace() {
  window.addEventListener('pagehide', () => {
    try {
      sessionStorage.setItem(PLACE, JSON.stringify([window.location.search, window.scrollY]));
    } catch {
      // then the list begins at its top
    }
  });
}

function returnToPlace() {
  try {
    const [search, y] = JSON.parse(sessionStorage.getItem(PLACE) ?? '[]');
    if (search === window.location.search && typeof y === 'number') window.scrollTo(0, y);
  } catch {
    // written by another version of the page
  }
}

/** Called once by a list of cases: at the row and the place where its reader left it. */
export function beginAtPlace() {
  keepPlace();
  const returned = returnedTo();
  if (returned.length) returnToPlace();
  const remembered = returned.map(rowOf).find(Boolean) ?? rowOf(rememberedCase());
  if (remembered) choose(remembered, { focus: returned.length > 0 });
}
