import { afterEach, describe, expect, it } from 'vitest';
import { LOOK_KEYS, lookKey } from '../first_look/look_keys';
import { shownKeys } from './combination';
import { HELD_KEYS, KEY_TABLE, keyOf } from './key_table';
import { LIST_ROWS } from './list_rows';
import { takeOwnKeys, withKeys, withOwnHeld, withOwnKeys } from './own_keys';

const TABLE = [...LIST_ROWS, ...KEY_TABLE];
const keysOf = (id: string, keys: Record<string, readonly string[]>): readonly string[] =>
  withKeys(TABLE, keys).find((row) => row.id === id)?.combinations ?? ['no row'];

afterEach(() => takeOwnKeys({}, KEY_TABLE));

describe('keys of one’s own', () => {
  it('lie over the table, and a key has one meaning', () => {
    const mine = { agree: ['u'], 'list-next': ['n'] };
    expect(keysOf('agree', mine)).toEqual(['u']);
    expect(keysOf('sheet', mine)).toEqual([]); // its usual key is given away
    expect(keysOf('disagree', mine)).toEqual(['x']);
    expect(keysOf('repeat', mine)).toEqual(['n']); // a list is another place
    expect(withKeys(TABLE, mine).find(({ id }) => id === 'agree')?.shown).toBe('U');
  });

  it('that were given twice have the first action alone', () => {
    const mine = { agree: ['q'], disagree: ['q'] };
    expect([keysOf('agree', mine), keysOf('disagree', mine)]).toEqual([['q'], []]);
  });

  it('take none from a fixed row: Esc, digits and directions stay', () => {
    const mine = { agree: ['Escape', 'shift+q'], disagree: ['1'], layer: ['ArrowLeft'], 'list-next': ['1'] };
    expect(['escape', 'preset', 'nudge'].map((id) => keysOf(id, mine))).toEqual(['escape', 'preset', 'nudge'].map((id) => keysOf(id, {})));
    expect(['agree', 'disagree', 'layer', 'list-next'].map((id) => keysOf(id, mine))).toEqual([['shift+q'], [], [], ['1']]);
  });

  it('leave fixed rows and unknown ones alone', () => {
    const mine = { preset: ['q'], escape: ['w'], nonsense: ['j'] };
    expect(withKeys(TABLE, mine)).toEqual(TABLE);
  });

  it('are on the buttons, in the sheet, in the handler, in the held keys and in the look before the model', () => {
    takeOwnKeys({ agree: ['shift+q'], layer: [';'] }, KEY_TABLE);
    expect(keyOf('agree')).toBe('⇧Q');
    expect(keyOf('disagree')).toBe('X');
    expect(withOwnKeys(KEY_TABLE).find(({ id }) => id === 'agree')?.combinations).toEqual(['shift+q']);
    expect(withOwnHeld(HELD_KEYS, KEY_TABLE).map(({ key }) => key)).toContain(';');
    expect(withOwnHeld(HELD_KEYS, KEY_TABLE).map(({ key }) => key)).not.toContain('o');
    expect(lookKey('present')).toBe('⇧Q');
    expect(withOwnKeys(LOOK_KEYS).find(({ id }) => id === 'first-look-present')?.combinations).toEqual(['shift+q']);
  });

  it.each([
    [['shift+y'], '⇧Y'],
    [[' '], '␣'],
    [['ctrl+z', 'alt+ArrowLeft'], 'Ctrl+Z Alt+←'],
    [['ctrl++'], 'Ctrl++'],
    [['+'], '+'],
    [['Delete'], 'Del'],
    [[], ''],
  ])('%o are shown as %s', (combinations, shown) => expect(shownKeys(combinations)).toBe(shown));
});
