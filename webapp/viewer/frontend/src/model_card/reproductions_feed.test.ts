import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReproductionsFeed } from './reproductions_feed';

const answers: [string, unknown, number][] = [];
const asked: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { cookie: '' });
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push(`${init.method ?? 'GET'} ${path}`);
    const [, body, status] = answers.shift() ?? ['', { results: [] }, 200];
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  answers.length = asked.length = 0;
});

const row = (state: string) => ({ id: 'r', state });

describe('what came of computing a result again', () => {
  it('is followed until it has ended, and then left alone', async () => {
    const feed = new ReproductionsFeed('p', 'csrf');
    answers.push(['', row('queued'), 201], ['', { results: [row('running')] }, 200], ['', { results: [row('succeeded')] }, 200]);
    await feed.ask();
    expect(feed.state.get().rows[0]?.state).toBe('running');
    await vi.advanceTimersByTimeAsync(1000);
    expect(feed.state.get().rows).toEqual([row('succeeded')]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([
      'POST /api/predictions/p/reproductions/',
      'GET /api/predictions/p/reproductions/',
      'GET /api/predictions/p/reproductions/',
    ]);
  });

  it('is not asked for once the card is closed', async () => {
    const feed = new ReproductionsFeed('p', 'csrf');
    answers.push(['', { results: [row('running')] }, 200]);
    await feed.open();
    feed.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(1);
  });

  it('says why it cannot be asked for', async () => {
    const feed = new ReproductionsFeed('p', 'csrf');
    answers.push(['', { code: 'answer_first', text: 'Answer first.' }, 403]);
    await feed.ask();
    expect(feed.state.get()).toMatchObject({ status: 'failed', text: 'Answer first.' });
    expect(asked).toHaveLength(1);
  });
});
