/** What is beside a case, in whatever order answers come; pictures and the server are promises. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../api/request';
import type { ComparedImage, PriorImages } from '../api/schema';
import { takeOwnKeys } from '../keys/own_keys';
import { createStore } from '../state/store';
import type { PriorCase } from './priors';

interface Server {
  lists: Record<string, unknown>;
  opened: string[];
  refusal: Error | null;
  asked: string[];
}
const server = vi.hoisted((): Server => ({ lists: {}, opened: [], refusal: null, asked: [] }));

vi.mock('../api/request', () => ({
  RequestError: class RequestError extends Error {
    constructor(readonly status: number, readonly code: string, readonly text: string) {
      super(text);
    }
  },
  getJson: (path: string) => {
    server.asked.push(path);
    const found = server.lists[path];
    if (found instanceof Error) return Promise.reject(found);
    return found ? Promise.resolve(found) : Promise.reject(new Error(path));
  },
  sendJson: (_method: string, path: string) => {
    if (server.refusal) return Promise.reject(server.refusal);
    server.opened.push(path);
    return Promise.resolve({});
  },
}));
class Picture {
  static all: Picture[] = [];
  readonly view = createStore({ status: 'loading', affine: null });
  isDestroyed = false;
  readonly header = Promise.resolve({ rows: 10, columns: 10 });

  constructor(readonly options: { imageId: string; onDraftBox?: unknown }) {
    Picture.all.push(this);
  }

  onDraw(): () => void {
    return () => undefined;
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}
vi.mock('../viewport/controller', () => ({ ViewportController: Picture }));
vi.mock('../viewport/screen', () => ({ Screen: class {} }));
const { Priors, isPriorBeside, layoutOf } = await import('./priors');

const image = (id: string, change: Partial<ComparedImage> = {}): ComparedImage =>
  ({ id, study_date: '2025-07-26', study_time: '', interval: '3 months before', order: 'earlier', kind: 'frontal', view: 'PA', remarks: [], warnings: [], same_by: 'birth_date', ...change }) as ComparedImage;
const listOf = (...priors: ComparedImage[]): PriorImages =>
  ({ image: 'a', priors, further: 0, companions: [], problem: null, leaves_out: false });

const AS_BUILT = { view: 'frontal', beside: 'prior', preset: '', is_linked: true, remarks: [] };

function caseOf(id: string, hanging = {}) {
  const said: string[] = [];
  const view = createStore({ status: 'loading', affine: null });
  const shown = { boot: { image: { id }, csrf: '', hanging: { ...AS_BUILT, ...hanging } }, controller: { view, header: Promise.resolve({}), onDraw: () => () => undefined }, announce: (text: string) => said.push(text) };
  return { shown: shown as unknown as PriorCase, said, whole: () => view.set({ status: 'ready' }) };
}

function made(choices = {}) {
  const kept: Record<string, unknown>[] = [];
  const sitting = { choices: () => choices, keep: (change: Record<string, unknown>) => Boolean(kept.push(change)) };
  return { priors: new Priors({} as never, sitting as never), kept };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

beforeEach(() => {
  Picture.all = [];
  Object.assign(server, { lists: { '/api/images/a/priors/': listOf(image('p'), image('q')), '/api/images/b/priors/': listOf() }, opened: [], refusal: null, asked: [] });
  vi.stubGlobal('window', {});
});

describe('the latest prior', () => {
  it('comes by itself once the picture of the case is whole, after its opening is recorded', async () => {
    const { priors } = made();
    const { shown, whole } = caseOf('a');
    priors.follow(shown);
    await turn();
    expect([server.asked, server.opened, Picture.all.length]).toEqual([['/api/images/a/priors/'], [], 0]);
    expect(layoutOf(priors.state.get())).toBe('beside'); // its place is kept, so that the case does not jump
    whole();
    await turn();
    expect(server.opened).toEqual(['/api/images/a/priors/p/opening/']);
    expect(priors.state.get().chosen?.id).toBe('p');
    expect(Picture.all[0]?.options.imageId).toBe('beside-p');
    expect(Picture.all[0]?.options.onDraftBox).toBeUndefined();
  });

  it('is not shown where the opening cannot be recorded', async () => {
    server.refusal = new RequestError(404, 'not_beside', 'hidden from you');
    const { priors } = made();
    const { shown, said, whole } = caseOf('a');
    priors.follow(shown);
    whole();
    await turn();
    expect(Picture.all).toEqual([]);
    expect(layoutOf(priors.state.get())).toBe('none');
    expect(said.at(-1)).toContain('hidden from you');
  });

  it.each([
    ['switched off', { 'isPriorShown:frontal': false }, [image('p')]],
    ['whose order is not known', {}, [image('p', { order: 'not_known' })]],
  ])('that is %s is not opened by itself', async (_what, choices, list) => {
    server.lists['/api/images/a/priors/'] = listOf(...list);
    const { priors } = made(choices);
    const { shown, whole } = caseOf('a');
    priors.follow(shown);
    whole();
    await turn();
    expect([server.opened, layoutOf(priors.state.get())]).toEqual([[], 'none']);
    expect(priors.whyNoAnswer()).toBeNull();
    await priors.flicker(true); // the reader asks for it
    expect(priors.whyNoAnswer()).toContain('D shows the case');
    takeOwnKeys({ prior: ['shift+d'] }, [{ id: 'prior', combinations: ['d'], shown: 'D', group: '', action: '' }]);
    expect(priors.whyNoAnswer()).toContain(': ⇧D shows the case');
    takeOwnKeys({}, []);
    expect(server.opened).toEqual(['/api/images/a/priors/p/opening/']);
    expect(layoutOf(priors.state.get())).toBe(priors.state.get().isOn ? 'beside' : 'over');
  });
});

describe('a hanging rule', () => {
  async function opened(hanging: object, choices = {}, lists: unknown = { ...listOf(image('p')), companions: [image('l', { interval: 'the same study', kind: 'lateral' })] }) {
    server.lists['/api/images/a/priors/'] = lists;
    const { priors, kept } = made(choices);
    const { shown, whole, said } = caseOf('a', hanging);
    priors.follow(shown);
    whole();
    await turn();
    return { priors, kept, said, state: priors.state.get() };
  }

  it.each([
    ['prior', 'p', 'beside'],
    ['other_view', 'l', 'beside'],
    ['nothing', undefined, 'none'],
  ])('%s lays %s beside', async (beside, chosen, layout) => {
    const { state } = await opened({ beside });
    expect([state.chosen?.id, layoutOf(state)]).toEqual([chosen, layout]);
    expect(server.opened).toEqual(chosen ? [`/api/images/a/priors/${chosen}/opening/`] : []);
  });

  it('gives way to what was done in the sitting with a case of the same view, and of no other', async () => {
    expect((await opened({ beside: 'nothing' }, { 'isPriorShown:frontal': true })).state.chosen?.id).toBe('p');
    expect((await opened({ beside: 'prior' }, { 'isPriorShown:lateral': false })).state.chosen?.id).toBe('p');
    expect((await opened({ view: 'lateral' }, { 'isPriorShown:lateral': false })).state.chosen).toBeNull();
    expect((await opened({ is_linked: false })).state.isLinked).toBe(false);
    expect((await opened({ is_linked: false }, { 'isPriorLinked:frontal': true })).state.isLinked).toBe(true);
  });

  it('lays nothing where the study has no other view, and announces nothing; D shows the latest earlier image', async () => {
    const { priors, state, said } = await opened({ beside: 'other_view' }, {}, listOf(image('p')));
    expect([state.chosen, layoutOf(state), said]).toEqual([null, 'none', []]);
    await priors.flicker(true);
    expect(priors.state.get().chosen?.id).toBe('p');
  });

  it('of the other view, where there is none: tapping D lays the latest earlier image there, and switches nothing off', async () => {
    const { priors, kept, said } = await opened({ beside: 'other_view' }, {}, listOf(image('p')));
    await priors.toggle();
    expect([priors.state.get().chosen?.id, layoutOf(priors.state.get()), kept]).toEqual(['p', 'beside', []]);
    expect(said).toEqual(['3 months before, beside']);
    await priors.toggle();
    expect(kept).toEqual([{ 'isPriorShown:frontal': false }]);
  });

  it('of the other view: tapping D before it is there switches it off', async () => {
    server.lists['/api/images/a/priors/'] = { ...listOf(image('p')), companions: [image('l', { interval: 'the same study' })] };
    const { priors, kept } = made();
    priors.follow(caseOf('a', { beside: 'other_view' }).shown); // its own picture is not whole yet
    await turn();
    await priors.toggle();
    expect([kept, server.opened]).toEqual([[{ 'isPriorShown:frontal': false }], []]);
  });

  const lateral = image('l', { interval: 'the same study', kind: 'lateral' });
  it.each([
    ['nothing', lateral, {}, []],
    ['nothing', image('p'), {}, [{ 'isPriorShown:frontal': true }]],
    ['other_view', lateral, { 'isPriorShown:frontal': false }, [{ 'isPriorShown:frontal': true }]],
    ['other_view', image('p'), { 'isPriorShown:frontal': false }, []],
  ])('with %s by itself: an image that is asked for is there, and later cases get none of another kind', async (beside, asked, choices, expected) => {
    const { priors, kept } = await opened({ beside }, choices);
    await priors.choose(asked);
    expect([priors.state.get().chosen?.id, layoutOf(priors.state.get()), kept]).toEqual([asked.id, 'beside', expected]);
  });

  it('that lays the other view beside leaves it to the case to say which earlier images are known', async () => {
    const without = { ...listOf(), companions: [lateral] };
    expect(isPriorBeside((await opened({ beside: 'other_view' }, {}, without)).state)).toBe(false);
    expect(isPriorBeside((await opened({ beside: 'prior' })).state)).toBe(true);
    const { priors } = await opened({ beside: 'prior' });
    priors.leave(); // the next case is expected to have one, too
    expect([layoutOf(priors.state.get()), isPriorBeside(priors.state.get())]).toEqual(['beside', true]);
  });

  it.each(['prior', 'other_view'])('%s asks for nothing where the server gives no list, or keeps the image', async (beside) => {
    const refused = await opened({ beside }, {}, new RequestError(403, 'embargo', 'a study under way'));
    expect([server.opened, refused.state.chosen, layoutOf(refused.state)]).toEqual([[], null, 'none']);
    server.refusal = new RequestError(404, 'not_beside', 'hidden from you');
    const hidden = await opened({ beside });
    expect([Picture.all, hidden.state.chosen]).toEqual([[], null]);
  });

  it('holds from the next case, each by its own', async () => {
    const { priors } = await opened({ beside: 'prior' });
    const next = caseOf('b', { beside: 'nothing', is_linked: false });
    priors.follow(next.shown);
    expect(layoutOf(priors.state.get())).toBe('none');
    expect(priors.state.get()).toMatchObject({ isOn: false, isLinked: false });
  });
});

describe('leaving a case', () => {
  it('takes its patient’s images away at once, and late answers change nothing', async () => {
    const { priors } = made();
    const [one, next] = [caseOf('a'), caseOf('b')];
    priors.follow(one.shown);
    one.whole();
    await turn();
    priors.leave();
    expect(Picture.all[0]?.isDestroyed).toBe(true);
    expect(priors.state.get()).toMatchObject({ chosen: null, controller: null, list: null });
    priors.follow(one.shown);
    one.whole();
    priors.follow(next.shown);
    await turn();
    expect(priors.state.get().list?.priors).toEqual([]);
    expect([Picture.all.length, layoutOf(priors.state.get())]).toEqual([1, 'none']);
  });

  it('keeps the place until the list of the next is there', async () => {
    const { priors } = made();
    const [one, next] = [caseOf('a'), caseOf('b')];
    priors.follow(one.shown);
    one.whole();
    await turn();
    priors.follow(next.shown);
    expect(layoutOf(priors.state.get())).toBe('beside');
    expect(priors.state.get().chosen).toBeNull();
    await turn();
    expect(layoutOf(priors.state.get())).toBe('none');
  });
});

describe('switching', () => {
  it('on and off is kept for the sitting and said', async () => {
    const { priors, kept } = made();
    const { shown, said, whole } = caseOf('a');
    priors.follow(shown);
    whole();
    await turn();
    await priors.toggle();
    expect([kept, layoutOf(priors.state.get())]).toEqual([[{ 'isPriorShown:frontal': false }], 'behind']);
    expect(said.at(-1)).toBe('earlier images are not shown, in the next cases of this view neither');
    await priors.toggle();
    expect(layoutOf(priors.state.get())).toBe('beside');
  });

  it('to another one of the list opens that one and lets the first go', async () => {
    const { priors } = made();
    const { shown, whole } = caseOf('a');
    priors.follow(shown);
    whole();
    await turn();
    await priors.choose(image('q'));
    expect(server.opened.at(-1)).toBe('/api/images/a/priors/q/opening/');
    expect([Picture.all[0]?.isDestroyed, priors.state.get().chosen?.id]).toEqual([true, 'q']);
  });

  it('where there is none says so', async () => {
    const { priors } = made();
    const { shown, said } = caseOf('b');
    priors.follow(shown);
    await turn();
    await priors.flicker(true);
    expect(said).toEqual(['no prior known']);
    expect(priors.state.get().isHeld).toBe(false);
  });
});

describe('a link that takes long', () => {
  it('says what it waits for, and no more once it is not wanted or the case is left', async () => {
    vi.useFakeTimers();
    try {
      const { priors } = made();
      const { shown, whole } = caseOf('a');
      priors.follow(shown);
      whole();
      await vi.advanceTimersByTimeAsync(2900);
      expect(priors.state.get()).toMatchObject({ link: '', waitsFor: '' });
      await vi.advanceTimersByTimeAsync(200);
      expect(priors.state.get().waitsFor).toBe('waits for the other picture');
      Picture.all[0]?.view.set({ status: 'error' });
      await vi.advanceTimersByTimeAsync(3000);
      expect(priors.state.get().waitsFor).toContain('not without the picture of the other image');
      priors.toggleLink();
      expect(priors.state.get().waitsFor).toBe('');
      priors.toggleLink();
      await vi.advanceTimersByTimeAsync(3000);
      expect(priors.state.get().waitsFor).not.toBe('');
      priors.leave();
      expect(priors.state.get().waitsFor).toBe('');
    } finally {
      vi.useRealTimers();
    }
  });
});
