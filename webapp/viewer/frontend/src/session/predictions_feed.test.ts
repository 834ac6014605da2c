import { afterEach, expect, it, vi } from 'vitest';
import { PredictionsFeed } from './predictions_feed';

afterEach(() => vi.unstubAllGlobals());

it('takes the scores off an open page once the server withholds them', async () => {
  const answers = [
    new Response(JSON.stringify([{ id: 'p', state: 'succeeded', findings: [] }])),
    new Response(JSON.stringify({ code: 'withheld', text: 'Scores withheld since 14:10, rule S2.' }), { status: 403 }),
  ];
  vi.stubGlobal('fetch', () => Promise.resolve(answers.shift()));
  const feed = new PredictionsFeed('/x/', 'token', () => undefined);
  await feed.refresh();
  expect(feed.state.get().items).toHaveLength(1);
  await feed.refresh();
  expect(feed.state.get()).toEqual({ status: 'refused', text: 'Scores withheld since 14:10, rule S2.', items: [] });
  feed.stop();
});
