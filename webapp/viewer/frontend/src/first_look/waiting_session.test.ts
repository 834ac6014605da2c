/** A whole case of which the look waits: nothing of the model, and no word that is untrue. The server is a table of answers. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FirstLookDocument } from '../api/schema';
import { KEY_TABLE } from '../keys/key_table';
import type { Boot } from '../boot';
import { ANSWER_FIRST } from './first_look';
import { memoryStorage } from '../reviews/outbox_storage';
import { reviewsOutbox } from '../reviews/reviews_outbox';
import type { PageParts } from '../session/page_parts';
import { isLookingFirst } from '../session/panel_state';
import { Sheet } from '../shell/sheet';
import { createStore } from '../state/store';
import { INITIAL_VIEW } from '../viewport/view_state';

class Controller {
  readonly view = createStore({ ...INITIAL_VIEW });
  placed: unknown = null;
  placeDraftBox(box: unknown): void {
    this.placed = box;
  }
  chooseTool(tool: 'box' | 'window'): void {
    this.view.set({ tool });
  }
}
vi.mock('../viewport/controller', () => ({ ViewportController: Controller }));
const { laterTruthOf } = await import('../later/later_truth');
const { drawBox } = await import('../session/form_box');
const { ReadingSession } = await import('../session/reading_session');

const WAITING: FirstLookDocument = {
  state: 'waiting',
  url: '/look/',
  show_url: '/show/',
  findings: [{ key: 'opacity', title: 'Opacity' }],
  reasons: [],
  looks: [],
};
const finding = { key: 'opacity', title: 'Opacity', decision: 'positive', probability: 0.9, boxes: [], operating_point: null };
const RESULT = { id: 'p', state: 'succeeded', bundle: 'b', findings: [finding], maps: [] };
const BOX = { x: 1, y: 2, w: 30, h: 40 };
let server: Record<string, unknown> = {};
let kept: Record<string, string> = {};
let covered: string | null = null;

function caseOf(document: FirstLookDocument = WAITING, project = '', remarks: readonly string[] = []) {
  const choices = { isAiVisible: true };
  const page = {
    sitting: { choices: () => choices, keep: () => true, untold: (sentences: readonly string[]) => sentences.slice(1) },
    sheet: new Sheet(1000),
    scheme: createStore({ scheme: null }),
    drafts: { all: () => Promise.resolve([]), put: () => Promise.resolve(), remove: () => Promise.resolve() },
    outbox: reviewsOutbox(memoryStorage(), 'rose', ''),
    film: () => ({}),
    priors: { whyNoAnswer: () => covered },
  };
  const boot = {
    answer_first: document,
    csrf: '',
    hanging: { view: 'frontal', beside: 'prior', preset: '', is_linked: true, remarks },
    image: { id: 'i', columns: 100, rows: 200, look_first_project: project },
    urls: { predictions: '/predictions/', reviews: '/reviews/', header: '', frame: '' },
    user: { username: 'rose', look_first: false },
  };
  const session = new ReadingSession(boot as unknown as Boot, page as unknown as PageParts);
  const controller = session.controller as unknown as Controller;
  const look = session.firstLook;
  if (!look) throw new Error('the case has no look');
  return { session, look, controller, sheet: page.sheet, choices, said: () => session.panel.get().announcement };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(() => {
  kept = {};
  covered = null;
  server = { '/look/': WAITING, '/predictions/': [RESULT], '/reviews/': [] };
  const answer = (path: string): Promise<Response> =>
    path in server
      ? Promise.resolve(new Response(JSON.stringify(server[path]), { status: 200 }))
      : Promise.reject(new TypeError('offline'));
  vi.stubGlobal('fetch', (path: string) => answer(path));
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('document', { cookie: '' });
  vi.stubGlobal('window', { addEventListener: () => undefined, removeEventListener: () => undefined });
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, text: string) => void (kept[name] = text),
    removeItem: (name: string) => void Reflect.deleteProperty(kept, name),
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('a case whose hanging rules are not all known', () => {
  it('says what was not said on this page before', () => {
    const { session, said } = caseOf(WAITING, '', ['told before', 'your rules name Bone']);
    void session.open();
    expect(said()).toBe('your rules name Bone');
  });
});

describe('a case whose look waits', () => {
  it('shows nothing of a result that is there, and opens when the server says that nobody is asked any more', async () => {
    const { session, look } = caseOf();
    await session.predictions.refresh();
    expect([session.shown(), session.findings()]).toEqual([null, []]);
    session.refresh();
    await turn();
    expect(look.isWaiting()).toBe(true);
    server['/look/'] = { ...WAITING, state: 'open', findings: [] };
    session.refresh();
    await turn();
    expect([look.isWaiting(), session.findings().length]).toEqual([false, 1]);
  });

  it.each([
    [[RESULT], true, 'the model is shown'],
    [[RESULT], false, 'what the model says is hidden: O shows it'],
    [[], true, 'there is no result of the model to show'],
  ])('says what is seen after the lock', async (results, isAiVisible, words) => {
    const { session, look, controller, said } = caseOf();
    controller.view.set({ status: 'ready' });
    session.panel.set({ isAiVisible });
    server = { ...server, '/predictions/': results, '/look/': { ...WAITING, state: 'answered', findings: [] } };
    look.sayRestAbsent();
    await look.lock();
    expect(said()).toBe(`your answer is locked; ${words}`);
  });

  it('is not locked while another image covers the case, nor before its picture is whole', async () => {
    const { look, controller, said } = caseOf();
    look.sayRestAbsent();
    await look.lock();
    expect([look.isWaiting(), said()]).toEqual([true, expect.stringContaining('the whole picture is still on its way')]);
    controller.view.set({ status: 'ready' });
    covered = 'another image is in the place of the case';
    await look.lock();
    expect([look.isWaiting(), look.state.get().problem, said()]).toEqual([true, null, covered]);
    covered = null;
    server['/look/'] = { ...WAITING, state: 'answered', findings: [] };
    await look.lock();
    expect(look.isWaiting()).toBe(false);
  });

  it.each(['answered', 'shown', 'open'] as const)('asks nobody to look first again after a look: %s', (state) => {
    const { session } = caseOf({ ...WAITING, state, findings: [] }, 'Chest');
    expect(isLookingFirst(session.panel.get())).toBe(state === 'open');
  });

  it.each(['g', 'shift+1', 'f', 'shift+y', 'shift+x', 'shift+u', 'o'])('says why a key of the model does nothing: %s', (key) => {
    const { session, said } = caseOf();
    KEY_TABLE.find((row) => row.combinations.includes(key))?.run(session, key);
    expect(said()).toBe(ANSWER_FIRST);
  });

  it('draws the box that was kept, after a reload', async () => {
    const answers = { opacity: { says: 'present', confidence: null, box: BOX } };
    kept['sightline-first-look/rose/i'] = JSON.stringify({ answers, key: 'k' });
    const { session, controller } = caseOf();
    void session.open();
    await turn();
    controller.view.set({ status: 'ready' });
    expect(controller.placed).toEqual(BOX);
  });

  it('clears the picture of a full sheet for a box', () => {
    const { session, look, sheet } = caseOf();
    look.say('opacity', 'present');
    sheet.set('full');
    drawBox(session);
    expect(sheet.state.get().height).toBe('closed');
  });

  it('asks once before a look is lost that the browser does not keep', () => {
    const { session, look, said } = caseOf();
    look.say('opacity', 'present');
    expect(session.mayLeave()).toBe(true);
    vi.stubGlobal('localStorage', {
      setItem: () => {
        throw new Error('full');
      },
    });
    look.say('opacity', 'absent');
    expect([session.mayLeave(), session.mayLeave()]).toEqual([false, true]);
    expect(said()).toContain('your look is not locked');
  });

  it('asks once before what was found later is lost', () => {
    const { session, said } = caseOf();
    laterTruthOf(session).open();
    laterTruthOf(session).change({ note: 'seen in the CT' });
    expect([session.mayLeave(), session.mayLeave()]).toEqual([false, true]);
    expect(said()).toContain('what was found later is not saved');
  });
});
