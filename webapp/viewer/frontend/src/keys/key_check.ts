/** What is said of a key before it is given to an action: it cannot be, another action has it, or the browser wants it too. */
import { shownKeys } from './combination';
import type { KeysById, TableRow } from './own_keys';
import { withKeys } from './own_keys';
import type { KeyScope } from './key_row';
import { scopeOf } from './key_row';

export const SCOPE_TITLES: Readonly<Record<KeyScope, string>> = {
  reading: 'on the reading page and in its forms',
  list: 'in lists',
};

/** Keys that move between controls, or only hold others. */
const NO_KEYS = ['Tab', 'Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified', 'Escape'];
const PLAIN_LIST_KEY = /^(shift\+[a-z]|[^+]|[A-Z]\w+|\+)$/;

/** Why no action of this scope can have the key; null where one can. */
export function whyNoKey(key: string, scope: KeyScope): string | null {
  const bare = key.split('+').at(-1) || '+';
  if (bare === 'Escape') return 'Esc always leads out of what is open, and no action can have it';
  if (NO_KEYS.includes(bare)) return `${bare} moves the focus or holds other keys, and no action can have it`;
  if (scope === 'list' && key === 'Enter') return 'Enter opens the case that has the focus';
  if (scope === 'list' && !PLAIN_LIST_KEY.test(key)) return 'lists take a key by itself, or a letter with ⇧';
  return null;
}

/** Of the browser alone: a page is never asked. */
const KEPT_BY_BROWSER = ['ctrl+w', 'ctrl+t', 'ctrl+n', 'ctrl+shift+w', 'ctrl+shift+t', 'ctrl+shift+n', 'ctrl+q', 'alt+F4', 'F11'];
/** What browsers do with a key where a page does nothing. */
const USES_OF_BROWSER: Readonly<Record<string, string>> = {
  F1: 'opens help', F3: 'finds text', F5: 'loads the page again', F6: 'goes to the address', F7: 'switches caret browsing', F12: 'opens the developer tools',
  'ctrl+a': 'selects everything', 'ctrl+c': 'copies', 'ctrl+v': 'pastes', 'ctrl+x': 'cuts',
  'ctrl+d': 'keeps a bookmark', 'ctrl+f': 'finds text', 'ctrl+g': 'finds text', 'ctrl+h': 'opens the history', 'ctrl+j': 'opens the downloads',
  'ctrl+k': 'searches the web', 'ctrl+l': 'goes to the address', 'ctrl+o': 'opens a file', 'ctrl+p': 'prints', 'ctrl+r': 'loads the page again',
  'ctrl+s': 'saves the page', 'ctrl+u': 'shows the source', 'ctrl++': 'magnifies the page', 'ctrl+-': 'makes the page smaller', 'ctrl+0': 'undoes the magnifying',
  'alt+ArrowLeft': 'goes back', 'alt+ArrowRight': 'goes forward', 'alt+d': 'goes to the address',
  "'": 'finds text in some browsers', '/': 'finds text in some browsers',
};  // prettier-ignore

/** What to know of a key that the browser has a use for; null where it has none. */
export function warningOf(key: string): string | null {
  const shown = shownKeys([key]);
  if (KEPT_BY_BROWSER.includes(key) || /^ctrl\+[1-9]$/.test(key))
    return `most browsers keep ${shown} for themselves and do not ask the page: it may do nothing here`;
  const use = USES_OF_BROWSER[key];
  return use ? `${shown} usually ${use}; here it would do this instead` : null;
}

export interface Conflict {
  readonly key: string;
  readonly one: TableRow;
  readonly other: TableRow;
}

/** Each key that two actions of one scope would have, were `keys` taken as they are. Fixed rows and usual keys count. */
export function conflictsOf(table: readonly TableRow[], keys: KeysById): readonly Conflict[] {
  const wanted = table.map((row) => ({ row, keys: (!row.isFixed && keys[row.id]) || row.combinations }));
  return wanted.flatMap(({ row: one, keys: mine }, i) =>
    wanted.slice(i + 1).flatMap(({ row: other, keys: theirs }) =>
      scopeOf(one) === scopeOf(other) ? mine.filter((key) => theirs.includes(key)).map((key) => ({ key, one, other })) : [],
    ),
  );
}

export const conflictText = ({ key, one, other }: Conflict): string =>
  `${shownKeys([key])} would be “${one.action}” and “${other.action}” ${SCOPE_TITLES[scopeOf(one)]}`;

/** The keys after `id` has got `combinations`; what is as usual is left out. */
export function withKeyOf(table: readonly TableRow[], keys: KeysById, id: string, combinations: readonly string[]): KeysById {
  const usual = table.find((row) => row.id === id)?.combinations ?? [];
  const rest = Object.fromEntries(Object.entries(keys).filter(([other]) => other !== id));
  return combinations.join(' ') === usual.join(' ') ? rest : { ...rest, [id]: combinations };
}

/** The keys after the action `id` has taken over `key`: whoever had it gets what `id` had instead. Null: it is of a fixed row. */
export function exchanged(table: readonly TableRow[], keys: KeysById, id: string, key: string): KeysById | null {
  const rows = withKeys(table, keys);
  const mine = rows.find((row) => row.id === id);
  const other = rows.find((row) => row.id !== id && mine && scopeOf(row) === scopeOf(mine) && row.combinations.includes(key));
  if (!mine || !other || other.isFixed) return null;
  const left = other.combinations.filter((own) => own !== key);
  const given = mine.combinations.filter((own) => whyNoKey(own, scopeOf(other)) === null);
  return withKeyOf(table, withKeyOf(table, keys, id, [key]), other.id, [...left, ...given].slice(0, 4));
}
