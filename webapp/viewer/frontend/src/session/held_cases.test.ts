/** What may be called held: films whose header, pixels and hash come when the test says so. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HeaderDocument } from '../api/documents';

class Reel {
  static made: Reel[] = [];
  /** What came or did not, by image. */
  static faults = new Map<string, 'header' | 'frame' | 'hash'>();
  static slow: Promise<void> = Promise.resolve();
  isDropped = false;
  isOpened = false;
  readonly loaded: string[] = [];
  readonly header: Promise<HeaderDocument>;

  constructor(
    readonly paths: { imageId: string },
    readonly isAhead: boolean,
  ) {
    Reel.made.push(this);
    const header = { presets: [{ frame: 'linear' }, { frame: '0' }], opening: 1 } as unknown as HeaderDocument;
    this.header = this.fails('header') ? Promise.reject(new Error('404')) : Promise.resolve(header);
    this.header.catch(() => undefined);
  }

  fails(part: string): boolean {
    return Reel.faults.get(this.paths.imageId) === part;
  }

  async load(frame: string): Promise<void> {
    await Reel.slow;
    if (this.fails('frame')) throw new Error('the connection broke');
    this.loaded.push(frame);
  }

  open(): void {
    this.isOpened = true;
  }

  isSound(): Promise<boolean> {
    return Promise.resolve(!this.fails('hash'));
  }

  drop(): void {
    this.isDropped = true;
  }
}

vi.mock('../viewport/film', () => ({ Film: Reel }));
const { HeldCases } = await import('./held_cases');

const asked: [string, string | undefined][] = [];
let isModelWanted = false;

function cases() {
  const fetched: string[] = [];
  const held = new HeldCases({
    maps: { fetchAhead: (path) => Promise.resolve(void fetched.push(path)) },
    opening: () => 0,
    isModelWanted: () => isModelWanted,
  });
  return { held, fetched, ids: () => [...held.state.get().held] };
}

beforeEach(() => {
  Reel.made = [];
  Reel.faults.clear();
  Reel.slow = Promise.resolve();
  asked.length = 0;
  isModelWanted = false;
  vi.stubGlobal('fetch', (path: string, init: { headers: Record<string, string> }) => {
    asked.push([path, init.headers['X-Sightline-Ahead']]);
    const results = [{ id: 'p', state: 'succeeded', maps: [{ kind: 'gradcam' }] }];
    return Promise.resolve(new Response(JSON.stringify({ results })));
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('a case is held', () => {
  it('when the frame that it opens with is there and right, asked for as one that nobody has opened', async () => {
    const { held, ids } = cases();
    await held.hold(['b', 'c']);
    expect(ids()).toEqual(['b', 'c']);
    expect(Reel.made.map(({ isAhead, loaded }) => [isAhead, loaded])).toEqual([
      [true, ['linear']],
      [true, ['linear']],
    ]);
  });

  it.each(['header', 'frame', 'hash'] as const)('not when its %s fails; the one after it is', async (part) => {
    Reel.faults.set('b', part);
    const { held, ids } = cases();
    await held.hold(['b', 'c']);
    expect(ids()).toEqual(['c']);
    expect(Reel.made[0]?.isDropped).toBe(true);
    Reel.faults.clear();
    await held.hold(['b', 'c']); // what failed is tried anew, what is held is not fetched again
    expect(ids()).toEqual(['c', 'b']);
    expect(Reel.made).toHaveLength(3);
  });

  it('not when it is no longer wanted by the time its pixels come', async () => {
    let arrive = (): void => undefined;
    Reel.slow = new Promise((resolve) => (arrive = resolve));
    const { held, ids } = cases();
    const holding = held.hold(['b', 'c']);
    await Promise.resolve();
    held.keepOnly(['x']);
    arrive();
    await holding;
    expect(ids()).toEqual([]);
    expect(Reel.made.map(({ paths, isDropped }) => [paths.imageId, isDropped])).toEqual([['b', true]]);
  });
});

describe('opening a case', () => {
  it('takes the film that is held or on its way: no frame is sent twice', async () => {
    const { held } = cases();
    await held.hold(['b']);
    expect(held.film('b')).toBe(Reel.made[0]);
    const begun = held.film('z');
    expect(held.film('z')).toBe(begun);
    expect(Reel.made.map(({ isAhead }) => isAhead)).toEqual([true, false]);
  });

  it('keeps a film whose fetching ahead fails only then: its reader asks anew', async () => {
    let arrive = (): void => undefined;
    Reel.slow = new Promise((resolve) => (arrive = resolve));
    Reel.faults.set('b', 'frame');
    const { held } = cases();
    const holding = held.hold(['b']);
    await Promise.resolve();
    const film = held.film('b');
    arrive();
    await holding;
    expect(held.film('b')).toBe(film);
    expect(Reel.made[0]?.isDropped).toBe(false);
  });

  it('keeps the cases around it and drops the rest, with what is drawn on the page or not', async () => {
    const { held, ids } = cases();
    await held.hold(['b', 'c']);
    held.film('a');
    held.tellShown('a');
    held.keepOnly(['b', 'a']);
    expect(ids().sort()).toEqual(['a', 'b']);
    expect(Reel.made.filter(({ isDropped }) => isDropped).map(({ paths }) => paths.imageId)).toEqual(['c']);
  });
});

describe('what the model says of a held case', () => {
  it('is not asked for while the reader does not want to see the model', async () => {
    const { held, fetched } = cases();
    await held.hold(['b']);
    expect([asked, fetched]).toEqual([[], []]);
  });

  it('brings its maps along, as something that nobody has seen', async () => {
    isModelWanted = true;
    const { held, fetched } = cases();
    await held.hold(['b']);
    await held.hold(['b']); // once is enough
    expect(asked).toEqual([['/api/images/b/predictions/', '1']]);
    expect(fetched).toEqual(['/api/predictions/p/maps/gradcam/']);
  });
});
