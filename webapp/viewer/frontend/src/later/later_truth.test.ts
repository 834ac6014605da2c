import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LaterTruthRow } from '../api/schema';
import type { ReadingSession } from '../session/reading_session';
import { createStore } from '../state/store';
import { drawnBoxes } from '../session/drawn_boxes';
import { bodyOf, emptyLaterForm, lacking, truthWords } from './later_form';
import { laterTruthOf } from './later_truth';

const BOX = { x: 1, y: 2, w: 3, h: 4 };
const ROW: LaterTruthRow = {
  id: 't', finding: 'f', term: '', title: 'F', says: 'present', source: 'ct', source_title: 'CT', exam_date: '2026-11-28', days_after: 10,
  box: null, note: '', kind: 'later', entered_by: 'm', is_mine: false, created_at: '2026-11-30T10:00:00Z',
}; // prettier-ignore
const CHOICES = { findings: [{ code: 'f', title: 'F' }], terms: [], sources: [], first_day: null, last_day: '2026-11-30' };

function reading() {
  const said: string[] = [];
  const placed: unknown[] = [];
  const saved = createStore({ saved: [] as { id: string; reader: string }[], isListed: true, problem: null });
  const panel = createStore({ form: null as object | null });
  const session = {
    boot: { image: { id: 'i' }, user: { username: 'me' }, csrf: 'c' },
    desk: { state: saved },
    panel,
    controller: { placeDraftBox: (box: unknown) => placed.push(box), chooseTool: () => undefined },
    announce: (text: string) => said.push(text),
  } as unknown as ReadingSession;
  return { session, saved, panel, said, placed, later: laterTruthOf(session) };
}

describe('what was found later', () => {
  const asking = vi.fn<typeof fetch>();
  const answer = (body: object, status = 200): void =>
    void asking.mockImplementation(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
  const gets = (): number => asking.mock.calls.filter(([, init]) => init?.method === undefined).length;
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  beforeEach(() => {
    vi.stubGlobal('fetch', asking);
    vi.stubGlobal('document', { cookie: '' });
    asking.mockReset();
    answer({ truths: [], choices: null });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('is asked for again after each own answer that the server has, and not after a colleague’s', async () => {
    const { later, saved } = reading();
    const stop = later.follow();
    await settled();
    expect(gets()).toBe(1);
    saved.set({ saved: [{ id: 'a', reader: 'colleague' }] });
    expect(gets()).toBe(1);
    answer({ truths: [ROW], choices: null });
    saved.set({ saved: [{ id: 'b', reader: 'me' }, { id: 'a', reader: 'colleague' }] });
    await settled();
    expect([gets(), later.state.get().truths]).toEqual([2, [ROW]]);
    answer({ truths: [], choices: null });
    saved.set({ saved: [{ id: 'c', reader: 'me' }, { id: 'b', reader: 'me' }] });
    await settled();
    expect(later.state.get().truths).toEqual([]);
    stop();
    saved.set({ saved: [] });
    expect(gets()).toBe(3);
  });

  it('is silent where the case is hidden, and says why where it cannot be asked', async () => {
    const { later } = reading();
    answer({ truths: [ROW], choices: CHOICES });
    await later.load();
    answer({ code: 'in_study', text: 'hidden' }, 403);
    await later.load();
    expect(later.state.get()).toMatchObject({ truths: [], choices: null, problem: '' });
    answer({ code: 'x', text: 'it broke' }, 500);
    await later.load();
    expect(later.state.get().problem).toContain('it broke');
  });

  it('takes a drawn box only for a finding that was present, and no box of an answer’s form', () => {
    const { later, panel, placed } = reading();
    expect(later.takeBox(BOX)).toBe(false);
    later.open();
    later.change({ says: 'present' });
    expect(later.takeBox(BOX)).toBe(true);
    expect(later.state.get().form?.box).toEqual(BOX);
    later.change({ says: 'absent' });
    expect([later.state.get().form?.box, placed]).toEqual([null, [null]]);
    panel.set({ form: {} });
    expect(later.takeBox(BOX)).toBe(false);
  });

  it('is sent once, with its reader, and stays open where it is refused', async () => {
    const { later, said } = reading();
    later.open();
    await later.save();
    expect([said, asking.mock.calls.length]).toEqual([['still needed: finding, what was found, examination, date'], 0]);
    later.change({ subject: 'term:rib_fracture', says: 'absent', source: 'ct', day: '2026-11-28', note: 'n' });
    answer({ code: 'too_late', text: 'in the future' }, 400);
    await later.save();
    expect(later.state.get()).toMatchObject({ problem: 'in the future', form: { subject: 'term:rib_fracture' }, isSending: false });
    answer({ truths: [ROW], choices: CHOICES }, 201);
    await later.save();
    expect(later.state.get()).toMatchObject({ problem: '', form: null, truths: [ROW] });
    const bodies = asking.mock.calls.map(([, init]) => JSON.parse(init?.body as string) as Record<string, unknown>);
    expect(bodies[1]).toMatchObject({ finding: null, term: 'rib_fracture', says: 'absent', exam_date: '2026-11-28', reader: 'me' });
    expect(bodies[0]?.idempotency_key).toBe(bodies[1]?.idempotency_key);
  });

  it('that is filled in holds the page once, and again after a change', () => {
    const { later, said } = reading();
    later.open();
    expect(later.mayLeave()).toBe(true);
    later.change({ note: 'n' });
    expect([later.mayLeave(), later.mayLeave(), said.at(-1)]).toEqual([false, true, expect.stringContaining('not saved')]);
    later.change({ day: '2026-11-28' });
    expect(later.mayLeave()).toBe(false);
    later.close();
    expect(later.mayLeave()).toBe(true);
  });

  it('that was stored unseen and changed since is entered beside it, under a key of its own', async () => {
    const { later } = reading();
    later.open();
    later.change({ subject: 'finding:f', says: 'present', source: 'ct', day: '2026-11-28' });
    const first = later.state.get().form?.key;
    asking.mockImplementation((_path, init) =>
      Promise.resolve(init?.method === 'POST'
        ? new Response(JSON.stringify({ code: 'idempotency_conflict', text: 'key' }), { status: 409 })
        : new Response(JSON.stringify({ truths: [ROW], choices: CHOICES }))),
    ); // prettier-ignore
    await later.save();
    const { form, truths, problem } = later.state.get();
    expect([truths, problem, form?.key === first, form?.subject]).toEqual([[ROW], expect.stringContaining('stands'), false, 'finding:f']);
  });

  it('is listed as it was asked for last, however slow an earlier answer is', async () => {
    const { later } = reading();
    const answers: ((response: Response) => void)[] = [];
    asking.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    const loads = [later.load(), later.load()];
    answers[1]?.(new Response(JSON.stringify({ truths: [ROW], choices: null })));
    await loads[1];
    answers[0]?.(new Response(JSON.stringify({ truths: [], choices: null })));
    await loads[0];
    expect(later.state.get().truths).toEqual([ROW]);
  });

  it('is told with its examination and how long after', () => {
    expect(truthWords(ROW)).toBe('present · CT 2026-11-28, 10 days later');
    expect(truthWords({ ...ROW, says: 'cannot_judge', days_after: 1 })).toBe('cannot say · CT 2026-11-28, 1 day later');
    expect(truthWords({ ...ROW, days_after: 0 })).toBe('present · CT 2026-11-28, the same day');
    expect(truthWords({ ...ROW, days_after: null })).toBe('present · CT 2026-11-28');
  });

  it('puts the box of a statement on the picture when asked, and only while the statement is given', async () => {
    const { session, later, said } = reading();
    const waiting = { isWaiting: () => false };
    Object.assign(session, { firstLook: waiting, scheme: createStore({ scheme: null }), findings: () => [] });
    Object.assign(session.desk, { answers: () => [] });
    const drawn = (): string[] => drawnBoxes(session).map(({ speaker, label }) => `${speaker} ${label}`);
    answer({ truths: [{ ...ROW, box: BOX }, { ...ROW, id: 'without' }], choices: null });
    await later.load();
    expect(drawn()).toEqual([]);
    later.toggleBox({ ...ROW, box: BOX });
    later.toggleBox({ ...ROW, id: 'without' });
    expect(drawn()).toEqual(['truth F · CT 2026-11-28']);
    waiting.isWaiting = () => true;
    expect(drawn()).toEqual([]);
    waiting.isWaiting = () => false;
    answer({ truths: [], choices: null }); // the own answer was taken back
    await later.load();
    expect(drawn()).toEqual([]);
    answer({ truths: [{ ...ROW, box: BOX }], choices: null });
    await later.load();
    later.toggleBox({ ...ROW, box: BOX });
    expect([drawn(), said.at(-1)]).toEqual([[], 'F: its box is not on the picture any more']);
  });

  it('a form that is not complete makes no body', () => {
    expect(lacking(emptyLaterForm())).toHaveLength(4);
    expect(() => bodyOf(emptyLaterForm())).toThrow('not complete');
  });
});
