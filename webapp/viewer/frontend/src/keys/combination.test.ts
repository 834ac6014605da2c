import { describe, expect, it } from 'vitest';
import { belongsToControl, combinationOf, isTextField } from './combination';
import { KEY_TABLE, keyOf } from './key_table';

const press = (key: string, code = '', held: string[] = []) => ({
  key,
  code,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  altKey: held.includes('alt'),
  shiftKey: held.includes('shift'),
});

describe('a key press', () => {
  it.each([
    [press('j', 'KeyJ'), 'j'],
    [press('J', 'KeyJ', ['shift']), 'shift+j'],
    [press('?', 'Slash', ['shift']), '?'],
    [press('+', 'Equal', ['shift']), '+'],
    [press('!', 'Digit1', ['shift']), 'shift+1'],
    [press('3', 'Digit3'), '3'],
    [press(')', 'Digit0', ['shift']), 'shift+0'],
    [press('=', 'Digit0', ['shift']), '='],
    [press('0', 'Digit0', ['shift']), '0'],
    [press('0', 'Digit0'), '0'],
    [press('0', 'Digit0', ['alt']), 'alt+0'],
    [press('z', 'KeyZ', ['ctrl']), 'ctrl+z'],
    [press('z', 'KeyZ', ['meta']), 'ctrl+z'],
    [press('ArrowLeft', 'ArrowLeft', ['alt', 'shift']), 'alt+shift+ArrowLeft'],
  ])('%o is %s', (event, combination) => expect(combinationOf(event)).toBe(combination));
});

describe('shortcuts', () => {
  it('do not fire in text fields', () => {
    expect(isTextField({ tagName: 'TEXTAREA' })).toBe(true);
    expect(isTextField({ tagName: 'INPUT', type: 'search' })).toBe(true);
    expect(isTextField({ tagName: 'INPUT', type: 'range' })).toBe(false);
    expect(isTextField({ tagName: 'BUTTON' })).toBe(false);
  });

  it('leave a focused control the keys it needs', () => {
    expect(belongsToControl('Enter', { tagName: 'BUTTON' })).toBe(true);
    expect(belongsToControl(' ', { tagName: 'BUTTON', role: 'radio' })).toBe(true);
    expect(belongsToControl('Enter', { tagName: 'BUTTON', role: 'radio' })).toBe(false);
    expect(belongsToControl('ArrowLeft', { tagName: 'BUTTON', role: 'radio' })).toBe(true);
    expect(belongsToControl('ArrowLeft', { tagName: 'BUTTON' })).toBe(false);
    expect(belongsToControl('j', { tagName: 'BUTTON' })).toBe(false);
    const list = { tagName: 'DIV', role: 'region' };
    expect(['ArrowDown', 'ArrowUp', ' ', 'j', 'Escape'].map((key) => belongsToControl(key, list))).toEqual([true, true, true, false, false]);
    expect(belongsToControl('ArrowDown', { tagName: 'DIV' })).toBe(false);
  });

  it('are never given twice', () => {
    const all = KEY_TABLE.flatMap((row) => row.combinations);
    expect(all.filter((combination, i) => all.indexOf(combination) !== i)).toEqual([]);
  });

  it('name an action that does not exist', () => {
    expect(() => keyOf('nonsense')).toThrow("no key row 'nonsense'");
  });
});
