import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EVERY_IMAGE, REOPEN_MS, followChanges, namesImage } from './case_events';

/** The browser's line to the server: refused, it is CLOSED and never comes back by itself. */
class Line extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Line[] = [];
  readyState = 0;

  constructor(readonly path: string) {
    super();
    Line.opened.push(this);
  }

  close(): void {
    this.readyState = Line.CLOSED;
  }

  refuse(): void {
    this.close();
    this.dispatchEvent(new Event('error'));
  }

  tell(image: string): void {
    this.dispatchEvent(new MessageEvent('change', { data: JSON.stringify({ images: [image] }) }));
  }
}

describe('the line to the server', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', Line);
    Line.opened = [];
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is opened again after a busy server refused it, and what was missed is asked for', async () => {
    const changes: number[] = [];
    followChanges('/events/', (isNamed) => isNamed('a') && changes.push(Line.opened.length));
    Line.opened[0]?.refuse();
    await vi.advanceTimersByTimeAsync(REOPEN_MS - 1);
    expect(Line.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(Line.opened).toHaveLength(2);
    Line.opened[1]?.dispatchEvent(new Event('open'));
    Line.opened[1]?.tell('b');
    Line.opened[1]?.tell('a');
    expect(changes).toEqual([2, 2]);
  });

  it('is left to the browser while it tries by itself', async () => {
    followChanges('/events/', () => undefined);
    Line.opened[0]?.dispatchEvent(new Event('error'));
    await vi.advanceTimersByTimeAsync(10 * REOPEN_MS);
    expect(Line.opened).toHaveLength(1);
  });

  it('is not opened again once it was stopped', async () => {
    const stop = followChanges('/events/', () => undefined);
    Line.opened[0]?.refuse();
    stop();
    await vi.advanceTimersByTimeAsync(10 * REOPEN_MS);
    expect(Line.opened).toHaveLength(1);
  });
});

describe('a change message', () => {
  it('is about the images that it names', () => {
    expect(namesImage('{"cursor": "7", "images": ["a", "b"]}', 'b')).toBe(true);
    expect(namesImage('{"cursor": "7", "images": ["a"]}', 'b')).toBe(false);
  });

  it('is about every image where scores begin to be withheld', () => {
    expect(namesImage(`{"images": ["${EVERY_IMAGE}"]}`, 'b')).toBe(true);
  });

  it('is about nothing when it has another shape', () => {
    expect(namesImage('not json', 'b')).toBe(false);
    expect(namesImage('{"images": "b"}', 'b')).toBe(false);
  });
});
