// @ts-check
/**
 * Keys of a list: to the next and the previous row, to the search. Which they are stands in the page, as the person has them;
 * Enter opens (the row's link has the focus).
 */

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

/** What each key does: `j` or `shift+j` -> the action. @returns {Record<string, string>} */
function actions() {
  return JSON.parse(document.querySelector('#list-keys')?.getAttribute('data-keys') ?? '{}');
}

/** As the settings write a key: a sign is what shift made of it, a letter carries its shift. @param {KeyboardEvent} event */
function combination(event) {
  const isLetter = /^[a-z]$/i.test(event.key);
  const key = isLetter ? event.key.toLowerCase() : event.key;
  return event.shiftKey && (event.key.length > 1 || isLetter) ? `shift+${key}` : key;
}

/** @type {Record<string, () => void>} */
const ACTIONS = {
  'list-next': () => choose(rows()[Math.min(chosen() + 1, rows().length - 1)]),
  'list-previous': () => choose(rows()[Math.max(chosen() - 1, 0)]),
  'list-search': () => {
    const search = document.querySelector('#search-text');
    if (search instanceof HTMLInputElement) search.select();
  },
};

export function listenToKeys() {
  const keys = actions();
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && event.target instanceof HTMLInputElement) return event.target.blur();
    if (isTyping(event)) return;
    const action = ACTIONS[keys[combination(event)] ?? ''];
    if (action) {
      event.preventDefault();
      action();
    } else if (event.key === 'Enter' && event.target === document.body) rows()[chosen()]?.querySelector('a')?.click();
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
