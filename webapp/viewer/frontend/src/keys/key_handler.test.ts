/** Key presses over a window without page: an event carries the element that has the focus. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOOK_KEYS } from '../first_look/look_keys';
import { listenToKeys } from './key_handler';
import type { KeyRow } from './key_row';
import { KEY_TABLE } from './key_table';

const row = (id: string, combinations: string[]): KeyRow<string[]> => ({
  id,
  combinations,
  shown: id,
  group: 'g',
  action: id,
  run: (session) => void session.push(id),
});
const TABLE = [row('next', ['j']), row('submit', ['Enter']), row('overlay', ['h']), row('other', ['d'])];
const HELD = {
  key: 'h',
  hold: (session: string[], isHeld: boolean) => void session.push(isHeld ? 'held' : 'let go'),
  tap: (session: string[]) => void session.push('tapped'),
};
const OTHER = { ...HELD, key: 'd', hold: (session: string[], isHeld: boolean) => void session.push(isHeld ? 'other held' : 'other let go') };

/** The element with the focus, as far as the handler looks at it. */
const focused = (tagName: string, more: Record<string, unknown> = {}) => ({ tagName, getAttribute: () => null, ...more });

let page: EventTarget;
let done: string[];
let stop: () => void;

function send(type: 'keydown' | 'keyup', key: string, target: unknown = null, more: Record<string, unknown> = {}): Event {
  const event = new Event(type, { cancelable: true });
  const held = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, isComposing: false };
  Object.assign(event, { key, code: '', ...held, ...more });
  Object.defineProperty(event, 'target', { get: () => target });
  page.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  vi.stubGlobal('window', page);
  done = [];
  stop = listenToKeys(done, TABLE, [HELD, OTHER]);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a key', () => {
  it('runs its row and is kept from the browser', () => {
    expect(send('keydown', 'j').defaultPrevented).toBe(true);
    expect(done).toEqual(['next']);
  });

  it('that takes back does so once, however long it is down', () => {
    stop();
    stop = listenToKeys(done, [{ ...row('undo', ['ctrl+z']), isOnce: true }]);
    send('keydown', 'z', null, { ctrlKey: true });
    expect(send('keydown', 'z', null, { ctrlKey: true, repeat: true }).defaultPrevented).toBe(true);
    expect(done).toEqual(['undo']);
    expect([...KEY_TABLE, ...LOOK_KEYS].filter(({ isOnce }) => isOnce).map(({ id }) => id)).toEqual(['undo', 'first-look-undo']);
  });

  it('without a row is left to the browser', () => {
    expect(send('keydown', 'q').defaultPrevented).toBe(false);
  });

  it('is a letter where text is written', () => {
    send('keydown', 'j', focused('TEXTAREA'));
    send('keydown', 'j', focused('INPUT', { type: 'text' }));
    send('keydown', 'j', null, { isComposing: true });
    expect(done).toEqual([]);
  });

  it('that a focused button uses itself does not act twice', () => {
    expect(send('keydown', 'Enter', focused('BUTTON')).defaultPrevented).toBe(false);
    expect(done).toEqual([]);
  });

  it('does nothing once the page listens no more', () => {
    stop();
    send('keydown', 'j');
    expect(done).toEqual([]);
  });
});

describe('a key with a second meaning while held', () => {
  it('is tapped when it is let go soon', () => {
    send('keydown', 'h');
    vi.advanceTimersByTime(100);
    send('keyup', 'h');
    vi.advanceTimersByTime(1000);
    expect(done).toEqual(['tapped']);
  });

  it('is held from a quarter of a second on, until it is let go', () => {
    send('keydown', 'h');
    for (let n = 0; n < 10; n += 1) {
      vi.advanceTimersByTime(100);
      send('keydown', 'h', null, { repeat: true });
    }
    expect(done).toEqual(['held']);
    send('keyup', 'h');
    expect(done).toEqual(['held', 'let go']);
  });

  it('with shift is let go with or without it', () => {
    stop();
    stop = listenToKeys(done, [row('overlay', ['shift+h'])], [{ ...HELD, key: 'shift+h' }]);
    for (const let_go of ['h', 'H']) {
      send('keydown', 'H', null, { shiftKey: true });
      send('keyup', let_go);
    }
    expect(done).toEqual(['tapped', 'tapped']);
  });

  it('ends when another one is pressed, or the window loses the keyboard', () => {
    send('keydown', 'h');
    vi.advanceTimersByTime(300);
    send('keydown', 'd');
    vi.advanceTimersByTime(300);
    page.dispatchEvent(new Event('blur'));
    expect(done).toEqual(['held', 'let go', 'other held', 'other let go']);
    send('keyup', 'd');
    expect(done).toHaveLength(4);
  });
});
