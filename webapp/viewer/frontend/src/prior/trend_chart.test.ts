import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TrendPoint } from '../api/schema';
import { Trend } from './trend';
import { HEIGHT, WIDTH, joinsOf, leftOutWords, placesOf, pointWords } from './trend_chart';

const point = (days: number, probability: number | null, change: Partial<TrendPoint> = {}): TrendPoint => ({
  image: `${days}/${probability}`,
  study_date: '2026-03-10',
  ago: days ? '5 weeks before' : '',
  days,
  probability,
  interval: probability === null ? null : [probability - 0.1, probability + 0.1],
  decision: 'negative',
  threshold: 0.4,
  is_same_point: true,
  ...change,
});

describe('the chart of a trend', () => {
  it('is to scale in time, the case at the right end', () => {
    const [oldest, middle, own] = placesOf([point(400, 0.2), point(100, 0.4), point(0, 0.8)]).map(({ x }) => x) as [number, number, number];
    expect((own - middle) / (own - oldest)).toBeCloseTo(0.25);
    expect([oldest > 0, own < WIDTH]).toEqual([true, true]);
  });

  it('has the number up and its interval around it, inside the chart from 0 to 1', () => {
    for (const probability of [0, 0.5, 1]) {
      const [place] = placesOf([point(0, probability, { interval: [0, 1] })]);
      expect(place?.y).toBeGreaterThan(0);
      expect(place?.y).toBeLessThan(HEIGHT);
      expect(place?.interval?.[0]).toBeLessThanOrEqual(place?.y ?? 0);
      expect(place?.interval?.[1]).toBeGreaterThanOrEqual(place?.y ?? 0);
    }
    const [low, high] = placesOf([point(1, 0.2), point(0, 0.9)]);
    expect(high?.y).toBeLessThan(low?.y ?? 0);
  });

  it('takes two images of one moment, and images of one day', () => {
    const [one, two] = placesOf([point(0, 0.2), point(0, 0.8)]);
    expect(one?.x).toBe(two?.x);
    expect(Number.isFinite(one?.x)).toBe(true);
  });

  it.each([
    ['joins what one operating point decided', [point(2, 0.1), point(1, 0.2), point(0, 0.3)], 2],
    ['joins nothing to another operating point', [point(2, 0.1), point(1, 0.2, { is_same_point: false }), point(0, 0.3)], 0],
    ['joins nothing over a refusal', [point(2, 0.1), point(1, null), point(0, 0.3)], 0],
    ['joins what is left', [point(3, null), point(2, 0.1), point(1, 0.2), point(0, 0.3, { is_same_point: false })], 1],
  ])('%s', (_, points, wanted) => {
    expect(joinsOf(placesOf(points))).toHaveLength(wanted);
  });

  it('says of each point what it is', () => {
    expect(pointWords(point(35, 0.2))).toBe('2026-03-10 (5 weeks before): .20, interval .10 to .30, negative');
    expect(pointWords(point(0, 0.2, { interval: null, is_same_point: false }))).toBe('2026-03-10 (this case): .20, negative, at another operating point');
    expect(pointWords(point(35, null))).toBe('2026-03-10 (5 weeks before): refused, no number');
    expect([0, 1, 2].map(leftOutWords)).toEqual(['', '1 earlier image has no result of this model', '2 earlier images have no result of this model']);
  });
});

describe('the trend of a result', () => {
  const asking = vi.fn<typeof fetch>();
  afterEach(() => vi.unstubAllGlobals());

  it('is asked for once, anew for another result, and again after a fault', async () => {
    vi.stubGlobal('fetch', asking);
    const answer = (prediction: string) => () => Promise.resolve(new Response(JSON.stringify({ prediction, problem: null, without: 0, findings: [] })));
    const trend = new Trend();
    asking.mockImplementation(answer('a'));
    await Promise.all([trend.load('a'), trend.load('a')]);
    expect([asking.mock.calls.length, trend.state.get().document?.prediction]).toEqual([1, 'a']);
    asking.mockImplementation(() => Promise.resolve(new Response('{"code": "x", "text": "it broke"}', { status: 500 })));
    await trend.load('b');
    expect(trend.state.get()).toMatchObject({ document: null, problem: expect.stringContaining('it broke') as string });
    asking.mockImplementation(answer('b'));
    await trend.load('b');
    expect(trend.state.get()).toMatchObject({ document: { prediction: 'b' }, problem: '' });
  });
});
