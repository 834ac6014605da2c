// @ts-check
/** J and K walk the rows, Enter opens (the row's link has the focus), / goes to the search. */

/** @returns {HTMLTableRowElement[]} */
const rows = () => [...document.querySelectorAll('[data-case-list] tr[data-image]')].filter((row) => row instanceof HTMLTableRowElement);
const chosen = () => rows().findIndex((row) => row.classList.contains('on'));

/**
 * @param {HTMLTableRowElement | undefined} row
 * @param {{focus?: boolean}} [how]
 */
export function choose(row, { focus = true } = {}) {
  if (!row) return;
  for (const other of rows()) other.classList.toggle('on', other === row);
  if (focus) row.querySelector('a')?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
  rememberChosen(row.dataset.image ?? '');
}

/** The id of the chosen case survives going there and back; it is random and says nothing of a patient. */
export const rememberChosen = (/** @type {string} */ id) => sessionStorage.setItem('worklist-case', id);
export const rememberedCase = () => sessionStorage.getItem('worklist-case');

/** @param {string | null} id */
export const rowOf = (id) => rows().find((row) => row.dataset.image === id);

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const target = event.target;
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export function listenToKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && event.target instanceof HTMLInputElement) return event.target.blur();
    if (isTyping(event)) return;
    const key = event.key.toLowerCase();
    if (key === 'j') choose(rows()[Math.min(chosen() + 1, rows().length - 1)]);
    else if (key === 'k') choose(rows()[Math.max(chosen() - 1, 0)]);
    else if (key === '/') {
      event.preventDefault();
      const search = document.querySelector('#search-text');
      if (search instanceof HTMLInputElement) search.select();
    } else if (key === 'enter' && event.target === document.body) rows()[chosen()]?.querySelector('a')?.click();
  });
  document.addEventListener('focusin', (event) => {
    const row = event.target instanceof Element ? event.target.closest('tr[data-image]') : null;
    if (row instanceof HTMLTableRowElement) choose(row, { focus: false });
  });
  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest('tr[data-image]');
    if (!row || target?.closest('a') || window.getSelection()?.toString()) return;
    row.querySelector('a')?.click();
  });
}
