import { describe, expect, it } from 'vitest';
import { conflictsOf, conflictText, exchanged, warningOf, whyNoKey, withKeyOf } from './key_check';
import { LONGEST_FILE, USUAL_KEYS, keyFile, readKeyFile } from './key_file';
import { KEY_PRESETS } from './key_presets';
import { KEY_TABLE } from './key_table';
import { LIST_ROWS } from './list_rows';

const TABLE = [...LIST_ROWS, ...KEY_TABLE];

describe('a key that is asked for', () => {
  it('is refused where nobody could use it', () => {
    expect(whyNoKey('Tab', 'reading')).toContain('Tab moves the focus');
    expect(whyNoKey('shift+Tab', 'reading')).toContain('Tab');
    expect(whyNoKey('Escape', 'reading')).toContain('Esc always');
    expect(whyNoKey('ctrl+j', 'list')).toContain('lists take');
    expect(whyNoKey('shift+1', 'list')).toContain('lists take');
    expect(whyNoKey('Enter', 'list')).toContain('opens the case');
    expect(['j', 'shift+j', '?', '+', 'F2'].map((key) => whyNoKey(key, 'list'))).toEqual([null, null, null, null, null]);
    expect(['ctrl+j', 'Enter', '+', 'ctrl++'].map((key) => whyNoKey(key, 'reading'))).toEqual([null, null, null, null]);
  });

  it('is warned of where the browser wants it', () => {
    expect(warningOf('ctrl+w')).toContain('do not ask the page');
    expect(warningOf('ctrl+3')).toContain('do not ask the page');
    expect(warningOf('ctrl+f')).toBe('Ctrl+F usually finds text; here it would do this instead');
    expect(warningOf('j')).toBeNull();
  });

  it('is a conflict where another action at that place has it, and can be exchanged', () => {
    expect(conflictsOf(TABLE, {})).toEqual([]);
    const [conflict] = conflictsOf(TABLE, withKeyOf(TABLE, {}, 'agree', ['x']));
    expect(conflict && conflictText(conflict)).toBe(
      'X would be “agree with the finding, or with the refusal” and “disagree with the finding, or with the refusal” on the reading page and in its forms',
    );
    const swapped = exchanged(TABLE, {}, 'agree', 'x');
    expect(swapped).toEqual({ agree: ['x'], disagree: ['y'] });
    expect(conflictsOf(TABLE, swapped ?? {})).toEqual([]);
    expect(conflictsOf(TABLE, withKeyOf(TABLE, {}, 'list-next', ['x']))).toEqual([]);
    expect(conflictsOf(TABLE, withKeyOf(TABLE, {}, 'agree', ['3']))).not.toEqual([]);
    expect(exchanged(TABLE, {}, 'agree', '3')).toBeNull(); // digits stay
  });

  it('that is the usual one is not stored', () => {
    expect(withKeyOf(TABLE, { agree: ['u'], next: ['q'] }, 'agree', ['y'])).toEqual({ next: ['q'] });
  });
});

describe('a map', () => {
  it.each(KEY_PRESETS.map((preset) => [preset.name, preset] as const))('%s has no conflict and no unknown action', (_name, { choices }) => {
    expect(conflictsOf(TABLE, choices.keys)).toEqual([]);
    expect(Object.keys(choices.keys).filter((id) => !TABLE.some((row) => row.id === id && !row.isFixed))).toEqual([]);
  });

  it('comes back from its file as it was', () => {
    const mine = { ...USUAL_KEYS, keys: { agree: ['u'], sheet: [] }, buttons: { middle: 'zoom', right: 'none', wheel: 'cases', window_gain: 'slow' } as const };
    expect(readKeyFile(keyFile(TABLE, mine), TABLE)).toEqual({ choices: mine, notes: [] });
    expect(readKeyFile(keyFile(TABLE, USUAL_KEYS), TABLE)).toEqual({ choices: USUAL_KEYS, notes: [] });
  });

  const file = (change: Record<string, unknown>): string => JSON.stringify({ format: 'sightline-keys', version: 1, keys: {}, ...change });
  it.each([
    ['', 'not JSON'],
    ['{"a": 1}', 'no map of keys'],
    ['[]', 'no map of keys'],
    ['null', 'no map of keys'],
    [' '.repeat(1_000_000), 'larger than 64 KiB'],
    [file({ version: 2 }), 'of version 2; this site reads up to 1'],
    [file({ version: '1' }), 'which version'],
    [file({ version: 0 }), 'which version'],
    [file({ keys: [] }), 'has no keys'],
    [file({ keys: { agree: 'y' } }), 'not a list'],
    [file({ keys: { agree: ['Tab'] } }), 'Tab moves the focus'],
    [file({ keys: { agree: ['q'], disagree: ['q'] } }), 'Q would be'],
    [file({ keys: { agree: ['3'] } }), '3 would be'],
    [file({ buttons: { right: 'explode' } }), 'right "explode" is not one of pan, zoom, window, none'],
    [file({ buttons: { window_gain: 'warp' } }), 'window_gain "warp" is not one of slow, usual, fast'],
    [file({ buttons: 7 }), 'mouse buttons'],
  ])('that is wrong is not taken, in words: %#', (text, words) => {
    const found = readKeyFile(text, TABLE);
    expect('problem' in found ? found.problem : 'taken').toContain(words);
  });

  it('of an earlier version of the page is taken: newer actions step back, unknown ones are named', () => {
    const found = readKeyFile(file({ keys: { agree: ['d'], 'an-old-action': ['q'] } }), TABLE);
    expect(found).toEqual({
      choices: { ...USUAL_KEYS, keys: { agree: ['d'] } },
      notes: [
        'not known here, and left out: an-old-action',
        expect.stringContaining('and its usual key d is given to another action: it has none') as string,
      ],
    });
    expect(LONGEST_FILE).toBe(65_536);
  });
});
