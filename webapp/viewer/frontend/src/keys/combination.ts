/** The combination a key press stands for, in the notation of the key table. */

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Letters, digits and named keys carry their shift; signs such as ? and + already are what shift made of them. */
export function combinationOf(press: KeyPress): string {
  const digit = /^Digit([0-9])$/.exec(press.code)?.[1];
  // A digit key with shift types a sign that differs by keyboard layout: the key itself counts. 0 keeps what it types where
  // that is a key of its own: = on many layouts, 0 where digits need shift.
  const isOwnSign = digit === '0' && ['=', '0'].includes(press.key);
  const isDigit = digit !== undefined && !isOwnSign && (press.shiftKey || press.key === digit);
  const isLetter = /^[a-z]$/i.test(press.key);
  const base = isDigit ? digit : isLetter ? press.key.toLowerCase() : press.key;
  const carriesShift = isDigit || isLetter || press.key.length > 1;
  return [
    press.ctrlKey || press.metaKey ? 'ctrl+' : '',
    press.altKey ? 'alt+' : '',
    press.shiftKey && carriesShift ? 'shift+' : '',
    base,
  ].join('');
}

const SIGNS: Readonly<Record<string, string>> = {
  ' ': '␣',
  Escape: 'Esc',
  Delete: 'Del',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};

/** How a page shows keys: `shift+y` is ⇧Y; several with a space between. */
export function shownKeys(combinations: readonly string[]): string {
  return combinations.map(shownKey).join(' ');
}

function shownKey(combination: string): string {
  // The key itself may be a plus.
  const [, held = '', key = ''] = /^((?:(?:ctrl|alt|shift)\+)*)(.+)$/s.exec(combination) ?? [];
  const before = held.replace('ctrl+', 'Ctrl+').replace('alt+', 'Alt+').replace('shift+', '⇧');
  return before + (SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}

/** Where typing means text, no shortcut fires. */
export function isTextField(target: { tagName?: string; type?: string; isContentEditable?: boolean } | null): boolean {
  if (!target) return false;
  if (target.isContentEditable) return true;
  if (target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true;
  return target.tagName === 'INPUT' && !['range', 'checkbox', 'radio', 'button'].includes(target.type ?? 'text');
}

/** Keys that a focused control uses itself: it acts first. */
export function belongsToControl(
  combination: string,
  target: { tagName?: string; type?: string; role?: string | null } | null,
): boolean {
  const isControl =
    target?.tagName === 'BUTTON' ||
    target?.tagName === 'A' ||
    target?.tagName === 'INPUT' ||
    target?.tagName === 'SUMMARY';
  // A list that Tab has led to is scrolled by its own keys.
  if (target?.role === 'region') return combination === ' ' || combination.startsWith('Arrow');
  if (!isControl) return false;
  if (combination === ' ') return true;
  // A radio has no use for Enter: there it submits the form, as from anywhere else.
  if (combination === 'Enter') return target.role !== 'radio';
  return combination.includes('Arrow') && (target.type === 'range' || target.role === 'radio');
}
