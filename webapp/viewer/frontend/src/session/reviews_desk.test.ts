import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReviewDocument, ReviewRequest } from '../api/documents';
import { memoryStorage } from '../reviews/outbox_storage';
import { reviewsOutbox } from '../reviews/reviews_outbox';
import { emptyForm } from '../reviews/failure_form';
import { ReviewsDesk } from './reviews_desk';
import { currentAnswers } from './reviews_state';

const agree = { bundle: 'b', finding: 'effusion', verdict: 'agree' as const, confidence: null };
const doubt = { ...agree, verdict: 'cannot_judge' as const };
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

let seen: { id: string; bundle: string } | null = null;

/** A desk whose server keeps what it is sent, or is away. */
function desk(isOnline = true, onStep: () => unknown = () => undefined) {
  const sent: ReviewRequest[] = [];
  vi.stubGlobal('fetch', (_path: string, init: { body: string }) => {
    if (!isOnline) return Promise.reject(new TypeError('offline'));
    const body = JSON.parse(init.body) as ReviewRequest;
    sent.push(body);
    const row = { ...body, id: `r${sent.length}`, reader: 'me', failure: null, created_at: new Date().toISOString() };
    return Promise.resolve(new Response(JSON.stringify(row as unknown as ReviewDocument), { status: 201 }));
  });
  const options = { image: 'i', reader: 'me', path: '/reviews/', shown: () => seen, announce: () => undefined, onStep: () => void onStep() };
  const made = new ReviewsDesk(options, reviewsOutbox(memoryStorage(), 'me', ''));
  return { desk: made, sent, said: () => sent.map((body) => [body.verdict, body.replaces ?? null]) };
}

beforeEach(() => {
  seen = null;
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('document', { cookie: '' });
});
afterEach(() => vi.unstubAllGlobals());

it('names the result that was seen when the answer was given, of its own model alone', async () => {
  const { desk: own, sent } = desk();
  await own.judge(agree);
  seen = { id: 'p1', bundle: 'b' };
  await own.judge(doubt);
  seen = { id: 'p2', bundle: 'newer' };
  await own.judge(agree);
  await turn();
  expect(sent.map(({ prediction }) => prediction ?? null)).toEqual([null, 'p1', null]);
});

it('tells of each answer that undo takes back, and of none that undo gives', async () => {
  let steps = 0;
  const { desk: own } = desk(true, () => (steps += 1));
  await own.judge(agree);
  await own.judge(doubt);
  await own.undo();
  await turn();
  expect(steps).toBe(2);
});

describe('an answer that is acknowledged', () => {
  it('is one row before, while and after: the focus in it stays', async () => {
    const { desk: own } = desk();
    const seen = new Set<string>();
    const look = (): void => void seen.add(own.answers().map((answer) => own.rowOf(answer)).join());
    await own.outbox.refresh();
    own.state.subscribe(look);
    own.outbox.state.subscribe(look);
    const key = await own.judge(agree);
    await turn();
    look();
    expect(own.answers().map(({ id, isWaiting }) => [id, isWaiting])).toEqual([['r1', false]]);
    expect([...seen]).toEqual([key]);
  });
});

describe('taking back', () => {
  it('leaves no answer where there was none before, and invents none', async () => {
    const { desk: own, said } = desk();
    await own.judge(agree);
    await turn();
    expect(await own.undo()).toBe('answer on effusion taken back: you have none on it');
    await turn();
    expect(said()).toEqual([
      ['agree', null],
      ['withdrawn', 'r1'],
    ]);
    expect(own.answers()).toEqual([]);
    expect(await own.undo()).toBeNull();
  });

  it('goes back step by step, never forth', async () => {
    const { desk: own, said } = desk();
    await own.judge(agree);
    await turn();
    await own.judge(doubt);
    await turn();
    expect(await own.undo()).toBe('earlier answer given again: agree');
    await turn();
    await own.undo();
    await turn();
    expect(said().map(([verdict]) => verdict)).toEqual(['agree', 'cannot_judge', 'agree', 'withdrawn']);
    expect(own.own('effusion', 'b')).toBeNull();
  });

  it('of an answer that was never sent sends both, in order', async () => {
    const { desk: own } = desk(false);
    await own.judge(agree);
    await turn();
    await own.undo();
    const waiting = own.outbox.state.get().waiting;
    expect(waiting.map((item) => item.body.verdict)).toEqual(['agree', 'withdrawn']);
    expect(waiting[1]?.replacesKey).toBe(waiting[0]?.key);
    expect(own.own('effusion', 'b')).toBeNull();
  });

  it('by the button can itself be taken back', async () => {
    const { desk: own, said } = desk();
    await own.judge(agree);
    await turn();
    await own.withdraw({ bundle: 'b', finding: 'effusion' });
    await turn();
    expect(await own.undo()).toBe('earlier answer given again: agree');
    await turn();
    expect(said().map(([verdict]) => verdict)).toEqual(['agree', 'withdrawn', 'agree']);
  });

  it('keeps what stands where the answer before it can no longer be given, and says so', async () => {
    const { desk: own, said } = desk();
    const stored = { id: 'old', bundle: 'b', finding: 'effusion', verdict: 'agree', replaces: null, reader: 'me' };
    own.state.set({ saved: [{ ...stored, created_at: '2026-11-01T10:00:00Z' } as unknown as ReviewDocument] });
    await own.judge({ ...agree, verdict: 'refusal_wrong' });
    await turn();
    const told = await own.undo(({ verdict }) => verdict !== 'agree');
    expect(told).toBe('your earlier answer on effusion, agree, can no longer be given: refusal wrong stands');
    await turn();
    expect(said().map(([verdict]) => verdict)).toEqual(['refusal_wrong']);
  });

  it('touches nothing that was not given on this page', async () => {
    const { desk: own, said } = desk();
    const stored = { id: 'old', bundle: 'b', finding: 'effusion', verdict: 'agree', replaces: null, reader: 'me' };
    own.state.set({ saved: [{ ...stored, created_at: '2026-11-01T10:00:00Z' } as unknown as ReviewDocument] });
    expect(await own.undo()).toBeNull();

    await own.judge(doubt);
    await turn();
    const elsewhere = { ...stored, id: 'tab2', replaces: 'r1', created_at: '2999-01-01T10:00:00Z' };
    own.state.set({ saved: [elsewhere as unknown as ReviewDocument, ...own.state.get().saved] });
    expect(await own.undo()).toBe('effusion was answered elsewhere meanwhile: nothing is taken back');
    expect(said().map(([verdict]) => verdict)).toEqual(['cannot_judge']);
  });
});

describe('what a note names', () => {
  const named = (note: string) => ({ ...emptyForm('b', '', 'missed_other'), term: 'other', note });
  const notes = (own: ReviewsDesk) => currentAnswers(own.answers()).map(({ note }) => note).sort();

  it('is marked beside the mark before it, and a change or withdrawal reaches only the one that is meant', async () => {
    const { desk: own, said } = desk();
    await own.saveForm(named('rib lesion'));
    await turn();
    await own.saveForm(named('calcified node'));
    await turn();
    expect(notes(own)).toEqual(['calcified node', 'rib lesion']);
    await own.saveForm({ ...named('healed rib lesion'), replaces: 'r1' });
    await turn();
    expect(notes(own)).toEqual(['calcified node', 'healed rib lesion']);
    expect(await own.undo()).toBe('earlier answer given again: missed other');
    await turn();
    expect(notes(own)).toEqual(['calcified node', 'rib lesion']);
    await own.undo();
    await turn();
    expect(notes(own)).toEqual(['rib lesion']);
    expect(said().slice(1).map(([, replaces]) => replaces)).toEqual([null, 'r1', 'r3', 'r2']);
  });

  it('is meant by its key while it waits to be sent', async () => {
    const { desk: own } = desk(false);
    await own.saveForm(named('rib lesion'));
    await own.saveForm(named('calcified node'));
    const first = own.answers().find(({ note }) => note === 'rib lesion');
    await own.saveForm({ ...named('healed rib lesion'), replaces: first?.id });
    expect(notes(own)).toEqual(['calcified node', 'healed rib lesion']);
    expect(own.outbox.state.get().waiting.map(({ replacesKey }) => replacesKey)).toEqual([null, null, first?.id]);
  });
});
