import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEY_TABLE } from '../keys/key_table';
import { imagePoint } from '../geometry/pixels';
import type { ReadingSession } from '../session/reading_session';
import { createStore } from '../state/store';
import { closeWithAnswer, isProbeShown, probeOf, toggleEraser, toggleProbe } from './probe_of_case';

/** As much of a session as the eraser's keys touch: an answered finding f is chosen, and the model is shown. */
function sessionWithAnswer() {
  const panel = createStore({ selected: 'f', form: null as object | null, isAiVisible: true, isAiHeld: false, isLookFirst: false, isRevealed: false });
  const answers = createStore({ of: ['f', 'g'], isListed: true, problem: null as string | null });
  const finding: { readonly current: { key: string; probability: number | null } | null } = { current: null };
  const done: string[] = [];
  const said: string[] = [];
  const session = {
    boot: { urls: { probes: '/api/images/i/probes/' }, csrf: 'c', image: { columns: 1000, rows: 800 } },
    panel,
    desk: { own: (key: string) => (answers.get().of.includes(key) ? { isWaiting: false } : null), state: answers, outbox: { state: createStore({}) } },
    sheet: { show: () => undefined, clear: () => undefined },
    shown: () => ({ id: 'p', bundle: 'b' }),
    isAiUnseen: () => !panel.get().isAiVisible,
    isImageMissing: () => false,
    announce: (text: string) => said.push(text),
    selected: () => finding.current,
    controller: { middle: () => imagePoint(500, -20), panBy: () => done.push('panned') },
    saveForm: () => done.push('saved'),
    escape: () => done.push('escaped'),
  } as unknown as ReadingSession;
  const press = (id: string, combination = ''): void => void KEY_TABLE.find((row) => row.id === id)?.run(session, combination);
  return { session, panel, answers, done, said, finding: finding as { current: unknown }, press, desk: probeOf(session) };
}

describe('the eraser', () => {
  const asking = vi.fn<typeof fetch>();
  let page: ReturnType<typeof sessionWithAnswer>;
  const sent = (): number => asking.mock.calls.filter(([, init]) => init?.method === 'POST').length;

  beforeEach(() => {
    vi.stubGlobal('fetch', asking);
    vi.stubGlobal('document', { cookie: '' });
    asking.mockReset().mockImplementation(() => Promise.resolve(new Response('{"structures": []}')));
    page = sessionWithAnswer();
    page.desk.toggle('f');
    toggleEraser(page.session);
    page.desk.beginStroke(imagePoint(10, 10));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('has Enter while it is out and has taken something', () => {
    page.press('submit');
    expect([sent(), page.done]).toEqual([1, []]);
  });

  it.each([
    ['a form is open', () => page.panel.set({ form: {} })],
    ['it was put away', () => page.press('eraser')],
    ['the model is hidden', () => page.panel.set({ isAiVisible: false })],
    ['the model is held hidden', () => page.panel.set({ isAiHeld: true })],
    ['another finding is chosen', () => page.panel.set({ selected: 'g' })],
    ['nothing is erased', () => page.desk.clear()],
  ])('leaves Enter to the answer where %s', (_, change) => {
    change();
    page.press('submit');
    expect([sent(), page.done]).toEqual([0, ['saved']]);
  });

  it('is put away by Escape, then what it took is let go, then Escape is for the page', () => {
    page.press('escape');
    expect(page.desk.state.get()).toMatchObject({ isErasing: false, strokes: [{ points: [{ x: 10, y: 10 }] }] });
    page.press('escape');
    expect(page.desk.state.get().strokes).toEqual([]);
    expect(page.done).toEqual([]);
    page.press('escape');
    expect(page.done).toEqual(['escaped']);
  });

  it('is put down in the middle of the view, moved and sized by arrow keys, and stays in the picture', () => {
    page.desk.clear();
    page.press('nudge', 'ArrowLeft');
    const last = () => page.desk.state.get().strokes.at(-1);
    expect(last()).toEqual({ points: [{ x: 500, y: 0 }], radius: 40 }); // the middle lies above the picture
    page.press('nudge', 'ArrowLeft');
    page.press('nudge', 'shift+ArrowDown');
    expect(last()?.points).toEqual([{ x: 495, y: 50 }]);
    page.press('nudge', 'alt+ArrowUp');
    expect(last()?.radius).toBe(50);
    page.press('nudge', 'alt+ArrowLeft');
    expect(last()?.radius).toBe(40);
    expect(page.said.at(-1)).toBe('erased at 495, 50, 80 pixels wide: arrows move it, alt and arrows size it, Enter asks');
    for (let i = 0; i < 40; i += 1) page.press('nudge', 'shift+ArrowUp');
    expect(last()?.points).toEqual([{ x: 495, y: 0 }]);
    for (let i = 0; i < 40; i += 1) page.press('nudge', 'alt+ArrowDown');
    expect(last()?.radius).toBe(5);
    page.press('submit');
    expect([sent(), page.done]).toEqual([1, []]);
  });

  it.each([
    ['a form is open', () => page.panel.set({ form: {} })],
    ['it was put away', () => page.press('eraser')],
    ['the model is hidden', () => page.panel.set({ isAiVisible: false })],
  ])('leaves the arrows to the picture where %s', (_, change) => {
    change();
    page.press('nudge', 'ArrowLeft');
    expect(page.desk.state.get().strokes).toEqual([{ points: [{ x: 10, y: 10 }], radius: 40 }]);
    expect(page.done).toEqual(['panned']);
  });

  it('leaves Escape to an open form once it is put away', () => {
    page.press('escape');
    page.panel.set({ form: {} });
    page.press('escape');
    expect(page.done).toEqual(['escaped']);
  });

  it.each([
    ['another finding is chosen', () => page.panel.set({ selected: 'g' })],
    ['the answer is taken back', () => page.answers.set({ of: ['g'] })],
  ])('and what it took go when %s', (_, change) => {
    const stop = closeWithAnswer(page.session);
    page.panel.set({ isAiHeld: false });
    expect(page.desk.state.get().strokes).toHaveLength(1);
    change();
    expect(page.desk.state.get()).toMatchObject({ finding: null, isErasing: false, strokes: [] });
    stop();
  });

  it('draws nothing, and is not taken up, while the model is hidden', () => {
    expect(isProbeShown(page.session)).toBe(true);
    page.press('eraser');
    page.panel.set({ isAiVisible: false });
    page.press('eraser');
    expect(page.desk.state.get().isErasing).toBe(false);
    expect(isProbeShown(page.session)).toBe(false);
  });
});

describe('M says why it opens nothing', () => {
  it.each([
    ['no result is here', (page: ReturnType<typeof sessionWithAnswer>) => (page.finding.current = null), 'no result of the model'],
    ['there is no number', (page) => (page.finding.current = { key: 'h', probability: null }), 'no number'],
    ['there is no answer', () => undefined, 'your answer on this finding first'],
    ['the answers have not come', (page) => page.answers.set({ isListed: false }), 'still on their way'],
    ['the answers cannot come', (page) => page.answers.set({ isListed: false, problem: 'Earlier answers cannot be listed: x' }), 'cannot be listed'],
  ] as [string, (page: ReturnType<typeof sessionWithAnswer>) => unknown, string][])('%s', (_, change, words) => {
    const page = sessionWithAnswer();
    page.finding.current = { key: 'h', probability: 0.5 };
    change(page);
    toggleProbe(page.session);
    expect(page.said).toEqual([expect.stringContaining(words)]);
  });
});
