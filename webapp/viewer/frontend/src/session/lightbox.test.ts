/** Which case is shown, in whatever order keys are pressed and answers come; the server is a list of promises. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../api/request';
import type { OpenedCase } from '../api/schema';
import type { Boot } from '../boot';
import { USUAL_BUTTONS, takeOwnButtons, windowGain } from '../keys/own_buttons';
import { createStore } from '../state/store';

class Case {
  static open: string[] = [];
  static mayLeave = true;
  readonly panel = createStore({ isAiVisible: true, isLookFirst: false, isRevealed: false });
  readonly said: string[] = [];
  readonly controller = { view: createStore({ status: 'loading' }) };

  constructor(readonly boot: Boot) {}

  open(): Promise<void> {
    Case.open.push(this.boot.image.id);
    return Promise.resolve();
  }

  close(): void {
    Case.open = Case.open.filter((id) => id !== this.boot.image.id);
  }

  mayLeave(): boolean {
    return Case.mayLeave;
  }

  announce(text: string): void {
    this.said.push(text);
  }

  refresh(): void {}
}

const held = vi.hoisted(() => ({ hold: [] as string[][], kept: [] as string[][], ids: new Set<string>() }));
vi.mock('./reading_session', () => ({ ReadingSession: Case }));
vi.mock('../viewport/screen', () => ({ Screen: class {} }));
vi.mock('../viewport/presets', () => ({ openingPreset: (_header: unknown, wanted: { name: string }) => wanted.name }));
vi.mock('../api/scheme', () => ({ loadScheme: () => new Promise(() => undefined) }));
vi.mock('./held_cases', () => ({
  HeldCases: class {
    constructor(readonly options: { opening: (header: unknown, image: string) => unknown }) {}
    film = (): null => null;
    forget = (): void => undefined;
    tellShown = (): void => undefined;
    isHeld = (image: string): boolean => held.ids.has(image);
    keepOnly = (images: string[]): void => void held.kept.push(images);
    hold = (images: string[]): Promise<void> => Promise.resolve(void held.hold.push(images));
  },
}));
const { Lightbox } = await import('./lightbox');
const { memoryStorage } = await import('../reviews/outbox_storage');

const LIST = ['a', 'b', 'c', 'd', 'e'];
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function opened(id: string): OpenedCase {
  const at = LIST.indexOf(id);
  const place = { previous: LIST[at - 1] ?? null, next: LIST[at + 1] ?? null, ahead: LIST.slice(at + 1, at + 3), position: '', count: '' };
  const user = { username: 'me', keys: { buttons: { ...USUAL_BUTTONS, window_gain: id === 'b' ? 'fast' : 'usual' } } };
  const hanging = { view: 'frontal', beside: 'prior', preset: id, is_linked: true, remarks: [] };
  const ahead = Object.fromEntries(place.ahead.map((image) => [image, { ...hanging, preset: `of ${image}` }]));
  return { boot: { image: { id, code: id }, user, hanging, hanging_ahead: ahead, urls: {} }, place } as unknown as OpenedCase;
}

/** A page that shows case a; `answers` gives what the server says to each opening, in order, once the test lets it. */
function page() {
  const asked: { image: string; answer: (fault?: RequestError) => void }[] = [];
  const addresses: string[] = [];
  let back: (image: string) => void = () => undefined;
  const { boot, place } = opened('a');
  const lightbox = new Lightbox(
    { ...boot, ...place },
    memoryStorage(),
    { choices: () => ({}) } as never,
    {} as never,
    (image) =>
      new Promise((resolve, reject) =>
        asked.push({ image, answer: (fault) => (fault ? reject(fault) : resolve(opened(image))) }),
      ),
    {
      goOn: ({ image }) => addresses.push(`on to ${image.id}`),
      stay: ({ image }) => addresses.push(`stays at ${image.id}`),
      tell: () => undefined,
      onBack: (listener) => (back = listener),
      toList: ({ image }) => addresses.push(`list at ${image.id}`),
    },
  );
  const answer = async (fault?: RequestError): Promise<void> => {
    asked.at(-1)?.answer(fault);
    await turn();
  };
  const session = (): Case => lightbox.session as unknown as Case;
  return { lightbox, asked, addresses, answer, session, back: (image: string) => back(image), now: () => session().boot.image.id };
}

beforeEach(() => {
  Object.assign(held, { hold: [], kept: [], ids: new Set() });
  Case.open = [];
  Case.mayLeave = true;
  vi.stubGlobal('window', { addEventListener: () => undefined });
  vi.stubGlobal('navigator', {});
});

describe('going on', () => {
  it('shows a case only when the server has recorded that it is opened', async () => {
    const { lightbox, asked, answer, addresses, now } = page();
    await lightbox.open();
    lightbox.go('next');
    await turn();
    expect([asked.length, now(), addresses]).toEqual([1, 'a', []]);
    await answer();
    expect([now(), addresses, Case.open]).toEqual(['b', ['on to b'], ['b']]);
  });

  it('takes the mouse as it is set by the time a case is opened, and not before', async () => {
    const { lightbox, answer } = page();
    await lightbox.open();
    takeOwnButtons(USUAL_BUTTONS);
    lightbox.go('next');
    await turn();
    expect(windowGain()).toBe(1);
    await answer();
    expect(windowGain()).toBe(2); // of the case b
    takeOwnButtons(USUAL_BUTTONS);
  });

  it('holds a case with the window that its own rule names', () => {
    const { lightbox } = page();
    const { options } = lightbox.held as unknown as { options: { opening: (header: unknown, image: string) => unknown } };
    expect(['b', 'unknown'].map((image) => options.opening({}, image))).toEqual(['of b', 'a']);
  });

  it('counts every press, one opening at a time', async () => {
    const { lightbox, asked, answer, now } = page();
    await lightbox.open();
    for (const step of ['next', 'next', 'next', 'previous'] as const) lightbox.go(step);
    await turn();
    expect(asked.map(({ image }) => image)).toEqual(['b']);
    for (const expected of ['b', 'c', 'd', 'c']) {
      await answer();
      expect(now()).toBe(expected);
      expect(Case.open).toEqual([expected]);
    }
    expect(asked.map(({ image }) => image)).toEqual(['b', 'c', 'd', 'c']);
  });

  it('ends at the ends of the list, in words', async () => {
    const { lightbox, asked, session } = page();
    lightbox.go('previous');
    await turn();
    expect(asked).toEqual([]);
    expect(session().said).toEqual(['no further case in this list']);
  });

  it('fetches ahead only once the case is whole, and keeps the last one', async () => {
    const { lightbox, answer, session } = page();
    await lightbox.open();
    session().controller.view.set({ status: 'ready' });
    expect(held.hold).toEqual([['b', 'c']]);
    lightbox.go('next');
    await answer();
    expect(held.kept.at(-1)).toEqual(['b', 'c', 'd', 'a']);
    const left = session();
    lightbox.go('next');
    await answer();
    left.controller.view.set({ status: 'ready' }); // what comes late for a case that was left starts nothing
    expect(held.hold).toHaveLength(1);
    expect(held.kept.at(-1)).toEqual(['c', 'd', 'e']);
  });
});

describe('what is not opened', () => {
  it('leaves the case as it is without a connection, and forgets the further presses', async () => {
    const { lightbox, asked, answer, session, now, addresses } = page();
    held.ids.add('b');
    await lightbox.open();
    lightbox.go('next');
    lightbox.go('next');
    await answer(new RequestError(0, 'offline', 'the server cannot be reached'));
    expect([asked.length, now(), addresses, Case.open]).toEqual([1, 'a', [], ['a']]);
    expect(session().said).toEqual([
      'no connection: its picture is here, but a case is opened only when that can be recorded. This one stays; try again when the line is back',
    ]);
    lightbox.go('next');
    await answer();
    expect(now()).toBe('b');
  });

  it('is passed by when it is gone or hidden: the same key goes on to the one after it', async () => {
    const { lightbox, asked, answer, session, now } = page();
    await lightbox.open();
    lightbox.go('next');
    await answer(new RequestError(404, 'http', 'no image has this id'));
    expect([now(), session().said.at(-1)]).toEqual([
      'a',
      'that case cannot be opened (no image has this id); J goes on to the one after it',
    ]);
    lightbox.go('next');
    await answer(new RequestError(403, 'embargo', 'hidden'));
    expect(session().said.at(-1)).toBe('that case cannot be opened (hidden); no further case is known in this list');
    expect(asked.map(({ image }) => image)).toEqual(['b', 'c']);
  });

  it('asks for a sign-in when the session has ended, and throws nothing away', async () => {
    const { lightbox, answer, session, now } = page();
    await lightbox.open();
    lightbox.go('next');
    await answer(new RequestError(403, 'not_authenticated', 'sign in first'));
    expect([now(), Case.open]).toEqual(['a', ['a']]);
    expect(session().said.at(-1)).toMatch(/^signed out: sign in again as me .* This case stays, with what is half-filled$/);
    expect(lightbox.outbox.state.get().isSignedOut).toBe(true);
    lightbox.go('next'); // it was not taken for a case that is gone
    await answer();
    expect(now()).toBe('b');
    expect(lightbox.outbox.state.get().isSignedOut).toBe(false);
  });

  it('is not even asked for while a mark is half-filled and the reader was not told', async () => {
    Case.mayLeave = false;
    const { lightbox, asked, now } = page();
    lightbox.go('next');
    await turn();
    expect([asked, now()]).toEqual([[], 'a']);
  });
});

describe("the browser's history", () => {
  it('shows the case that it leads to, without a new entry', async () => {
    const { lightbox, answer, addresses, now, back } = page();
    await lightbox.open();
    lightbox.go('next');
    await answer();
    back('a');
    await answer();
    expect([now(), addresses]).toEqual(['a', ['on to b']]);
  });

  it('is put right when the case cannot be opened', async () => {
    const { lightbox, answer, addresses, now, back } = page();
    await lightbox.open();
    lightbox.go('next');
    await answer();
    back('a');
    await answer(new RequestError(0, 'offline', ''));
    expect([now(), addresses]).toEqual(['b', ['on to b', 'stays at b']]);
  });
});

describe('the way back to the list', () => {
  it('takes two presses, soon after each other', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { lightbox, addresses, session } = page();
    lightbox.leave();
    vi.advanceTimersByTime(2_001);
    lightbox.leave();
    expect([addresses, session().said.at(-1)]).toEqual([[], 'Esc again returns to the list']);
    vi.advanceTimersByTime(2_000);
    lightbox.leave();
    expect(addresses).toEqual(['list at a']);
    vi.useRealTimers();
  });
});
