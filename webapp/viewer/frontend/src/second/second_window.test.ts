/** The second window against whatever its reading page, another one and the server say. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../api/request';
import type { ComparedImage } from '../api/schema';
import type { FromReading, FromWindow, SharedCase } from './second_channel';

type Message = FromReading | FromWindow;
interface Made {
  hear: { page: string; hear: (message: Message) => void }[];
  said: Message[];
  pictures: { imageId: string; isDestroyed: boolean }[];
  lists: Record<string, unknown>;
  opened: string[];
  refusal: Error | null;
  slow: Promise<unknown> | null;
}
const made = vi.hoisted((): Made => ({ hear: [], said: [], pictures: [], lists: {}, opened: [], refusal: null, slow: null }));
vi.mock('./second_channel', async (original) => ({
  ...(await original<object>()),
  joinChannel: (page: string, hear: (message: Message) => void) => {
    const mine = { page, hear };
    made.hear.push(mine);
    return { say: (message: Message) => made.said.push(message), close: () => made.hear.splice(made.hear.indexOf(mine), 1) };
  },
}));
vi.mock('../api/request', async (original) => ({
  ...(await original<object>()),
  getJson: (path: string) => (made.lists[path] instanceof Error ? Promise.reject(made.lists[path]) : Promise.resolve(made.lists[path])),
  sendJson: (_method: string, path: string) => {
    if (made.refusal) return Promise.reject(made.refusal);
    made.opened.push(path);
    return made.slow ?? Promise.resolve({});
  },
}));
vi.mock('../viewport/screen', () => ({ Screen: class {} }));
vi.mock('../viewport/controller', () => ({
  ViewportController: class {
    isDestroyed = false;
    readonly imageId: string;
    constructor({ imageId }: { imageId: string }) {
      this.imageId = imageId;
      made.pictures.push(this);
    }
    destroy(): void {
      this.isDestroyed = true;
    }
  },
}));
const { SecondWindow } = await import('./second_window');
const { ReadingSide } = await import('./reading_side');

const prior = { id: 'p', study_date: '2025-07-26', interval: '3 months before', order: 'earlier', kind: 'frontal' } as ComparedImage;
const lateral = { id: 'l', interval: 'the same study', kind: 'lateral' } as ComparedImage;
const caseOf = (id: string, beside = 'prior'): SharedCase => ({ image: { id }, position: '1', count: '2', hanging: { view: 'frontal', beside } }) as SharedCase;
const listOf = (priors: ComparedImage[] = [], companions: ComparedImage[] = []): object => ({ priors, companions, further: 0, problem: null, leaves_out: false });
const tell = (shown: SharedCase | null, why = '', page = 'A'): void => {
  for (const one of [...made.hear]) if (one.page === page) one.hear({ from: 'reading', page, shown, why });
};
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
let isHidden = false;
const seen = (): string[] => made.pictures.filter(({ isDestroyed }) => !isDestroyed).map(({ imageId }) => imageId);

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(made, { hear: [], said: [], pictures: [], opened: [], refusal: null, slow: null });
  made.lists = { '/api/images/a/priors/': listOf([prior], [lateral]), '/api/images/b/priors/': listOf() };
});
afterEach(() => vi.useRealTimers());

function following(): InstanceType<typeof SecondWindow> {
  const second = new SecondWindow('', () => isHidden);
  second.follow('A');
  return second;
}

describe('the second window', () => {
  it('asks its reading page, and shows the latest earlier image once its opening is recorded', async () => {
    const second = following();
    expect(made.said).toEqual([{ from: 'window', page: 'A', wish: 'tell' }]);
    tell(caseOf('a'));
    expect(seen()).toEqual([]);
    await settled();
    expect([made.opened, seen(), second.state.get().chosen]).toEqual([['/api/images/a/priors/p/opening/'], ['second-p'], prior]);
    tell(caseOf('a')); // said again: nothing is asked or drawn anew
    await settled();
    expect([made.opened.length, made.pictures.length]).toEqual([1, 1]);
  });

  it('shows the other view where the rule wants it, and the case itself where there is nothing, saying what lacks', async () => {
    const second = following();
    tell(caseOf('a', 'other_view'));
    await settled();
    expect(seen()).toEqual(['second-l']);
    tell(caseOf('b', 'other_view'));
    expect(seen()).toEqual([]); // before the next list is here
    await settled();
    const { why, lack, isCaseWanted } = second.state.get();
    expect([seen(), why, lack, isCaseWanted]).toEqual([['second-b'], '', 'no lateral known in this study · no prior known', false]);
    tell(caseOf('a', 'other_view')); // the case was not asked for: the next one shows its other view again
    await settled();
    expect([seen(), second.state.get().lack]).toEqual([['second-l'], '']);
  });

  it('shows the case itself when asked, for the next cases too, and needs no opening for it', async () => {
    const second = following();
    tell(caseOf('b'));
    await settled();
    second.showCase();
    expect([seen(), second.state.get().why]).toEqual([['second-b'], '']);
    tell(caseOf('a'));
    await settled();
    expect([seen(), made.opened]).toEqual([['second-a'], []]);
    await second.choose(lateral);
    expect([seen(), made.opened]).toEqual([['second-l'], ['/api/images/a/priors/l/opening/']]);
  });

  it('ends at the later of two choices, whichever is recorded last', async () => {
    const second = following();
    tell(caseOf('a'));
    await settled();
    let record = (): void => undefined;
    made.slow = new Promise((resolve) => (record = () => resolve({})));
    const first = second.choose(lateral);
    made.slow = null;
    await second.choose(prior);
    record();
    await first;
    expect([seen(), second.state.get().chosen]).toEqual([['second-p'], prior]);
  });

  it('shows nothing whose opening is refused, and says so', async () => {
    made.refusal = new RequestError(404, 'not_beside', 'hidden from you');
    const second = following();
    tell(caseOf('a'));
    await settled();
    expect([seen(), second.state.get().why]).toEqual([[], 'The image is not shown: hidden from you']);
  });

  it('blanks at once with its reading page, and when that falls silent', async () => {
    const second = following();
    tell(caseOf('a'));
    await settled();
    tell(null, 'closed');
    expect([seen(), second.state.get().shown, second.state.get().why]).toEqual([[], null, 'closed']);
    tell(caseOf('a'));
    await settled();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(seen()).toEqual(['second-p']);
    await vi.advanceTimersByTimeAsync(4_000);
    expect([seen(), second.state.get().why]).toEqual([[], expect.stringContaining('does not answer')]);
    tell(caseOf('a')); // its tab is awake again
    await settled();
    expect(seen()).toEqual(['second-p']);
  });

  it('blanks when the session has ended, asks no more until the reader comes back, and then shows the case again', async () => {
    const second = following();
    const list = made.lists['/api/images/a/priors/'];
    made.lists['/api/images/a/priors/'] = new RequestError(401, 'not_authenticated', 'sign in');
    tell(caseOf('a'));
    await settled();
    expect([second.state.get().shown, second.state.get().why]).toEqual([null, expect.stringContaining('session has ended')]);
    made.lists['/api/images/a/priors/'] = list;
    tell(caseOf('a'));
    await settled();
    expect(seen()).toEqual([]);
    second.wake();
    tell(caseOf('a'));
    await settled();
    expect(seen()).toEqual(['second-p']);
  });

  it('opens nothing while nobody can see it, for a look that nobody had would count', async () => {
    isHidden = true;
    const second = following();
    tell(caseOf('a'));
    await settled();
    second.wake();
    await settled();
    expect([made.opened, seen(), second.state.get().why]).toEqual([[], [], expect.stringContaining('hidden')]);
    isHidden = false;
    second.wake();
    await settled();
    expect([made.opened.length, seen()]).toEqual([1, ['second-p']]);
  });

  it('follows one reading page of several, and another once that one asks for it', async () => {
    const second = following();
    tell(caseOf('b'), '', 'B');
    expect(second.state.get().shown).toBeNull();
    tell(caseOf('a'));
    await settled();
    second.follow('B');
    expect(seen()).toEqual([]);
    tell(caseOf('a'));
    expect(second.state.get().shown).toBeNull();
    tell(caseOf('b'), '', 'B');
    expect(second.state.get().shown?.image.id).toBe('b');
    second.follow('');
    expect(second.state.get().why).toContain('opened from a reading page');
  });
});

describe('the reading page', () => {
  const boot = { image: { id: 'a' }, position: '1', count: '2', hanging: { view: 'frontal', beside: 'prior', remarks: [] }, csrf: 'secret', user: {} };
  const handlers: (() => void)[] = [];
  const stub = (opened: object | null): void => {
    vi.stubGlobal('window', { open: () => opened, addEventListener: (_name: string, act: () => void) => handlers.push(act) });
  };
  const last = (): Message | undefined => made.said.at(-1);
  afterEach(() => vi.unstubAllGlobals());

  it('says nothing before a window is asked for, and that the browser blocks one', () => {
    stub(null);
    const side = new ReadingSide(() => undefined);
    side.follow(boot as never);
    expect(side.open()).toContain('allow pop-ups');
    side.follow(boot as never);
    expect([made.said, made.hear]).toEqual([[], []]);
  });

  it('tells who the case is and no more, hides it when the session ends, and takes J and K', () => {
    stub({ focus: () => undefined });
    const steps: string[] = [];
    const side = new ReadingSide((step) => steps.push(step));
    side.follow(boot as never);
    expect(side.open()).toContain('follows this page');
    expect(last()).toMatchObject({ from: 'reading', shown: { image: { id: 'a' }, hanging: { view: 'frontal', beside: 'prior' } } });
    expect(Object.keys((last() as FromReading).shown ?? {})).toEqual(['image', 'position', 'count', 'hanging']);
    const [{ page, hear } = { page: '', hear: () => undefined }] = made.hear;
    hear({ from: 'window', page, wish: 'next' });
    expect(steps).toEqual(['next']);
    side.tellSession(true);
    expect(last()).toMatchObject({ shown: null, why: expect.stringContaining('session has ended') as string });
    hear({ from: 'window', page, wish: 'next' });
    hear({ from: 'window', page, wish: 'tell' });
    expect([steps, last()]).toEqual([['next'], expect.objectContaining({ shown: null })]);
    side.tellSession(false);
    expect(last()).toMatchObject({ shown: { image: { id: 'a' } } });
    for (const act of handlers) act();
    expect(last()).toMatchObject({ shown: null, why: expect.stringContaining('closed or left') as string });
  });
});
