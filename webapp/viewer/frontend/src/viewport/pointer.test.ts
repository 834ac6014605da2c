import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DRAG_PX, listenToPointer } from './pointer';

/** An element at (100, 50) of the page. */
const element = Object.assign(new EventTarget(), { getBoundingClientRect: () => ({ left: 100, top: 50 }) });
const use = { over: vi.fn(), click: vi.fn(), double: vi.fn() };
let stop = (): void => undefined;

function send(name: string, x: number, y: number, timeStamp: number, more: object = {}): void {
  const event = new Event(name);
  const plain = { isPrimary: true, button: 0, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  Object.defineProperty(event, 'timeStamp', { value: timeStamp });
  element.dispatchEvent(Object.assign(event, plain, { clientX: x + 100, clientY: y + 50 }, more));
}

function press(x: number, y: number, by: number, timeStamp = 0, more: object = {}): void {
  send('pointerdown', x, y, timeStamp, more);
  send('pointermove', x + by, y, timeStamp, more);
  send('pointermove', x, y, timeStamp, more);
  send('pointerup', x, y, timeStamp, more);
}

beforeEach(() => {
  stop();
  vi.clearAllMocks();
  stop = listenToPointer(element as unknown as HTMLElement, use);
});

describe('a click', () => {
  it('is a press that moves less than a drag, in px of the picture', () => {
    press(20, 30, DRAG_PX - 1);
    expect(use.click).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ x: 20, y: 30 }));
  });

  it('is none once it has moved as far as a drag, wherever it ends', () => {
    press(20, 30, DRAG_PX);
    expect(use.click).not.toHaveBeenCalled();
  });

  it.each([
    ['the right button', { button: 2 }],
    ['a modifier', { shiftKey: true }],
    ['a second finger', { isPrimary: false }],
  ])('is none with %s', (_, more) => {
    press(20, 30, 0, 0, more);
    expect(use.click).not.toHaveBeenCalled();
  });

  it('is none when a second finger comes meanwhile', () => {
    send('pointerdown', 20, 30, 0);
    send('pointerdown', 60, 30, 0, { isPrimary: false });
    send('pointerup', 20, 30, 0);
    expect(use.click).not.toHaveBeenCalled();
  });

  it('is one half of a double click when another follows soon and there', () => {
    press(20, 30, 0, 1000);
    press(21, 30, 0, 1300);
    expect([use.click.mock.calls.length, use.double.mock.calls.length]).toEqual([1, 1]);
    press(21, 30, 0, 1500);
    press(90, 30, 0, 1600);
    press(90, 30, 0, 2100);
    expect([use.click.mock.calls.length, use.double.mock.calls.length]).toEqual([4, 1]);
  });
});

describe('the pointer', () => {
  it('is somewhere, or has left', () => {
    send('pointermove', 5, 6, 0);
    send('pointerleave', 0, 0, 0);
    expect(use.over.mock.calls).toEqual([[expect.objectContaining({ x: 5, y: 6 })], [null]]);
  });

  it('is heard no more after stopping', () => {
    stop();
    press(20, 30, 0);
    expect(use.click).not.toHaveBeenCalled();
  });
});
