import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OperatingCurve } from '../api/schema';
import { CurveFeed, curvePath, startOf } from './curve_feed';

const curve = (inForce: number | null, points = 5) =>
  ({ in_force: inForce, points: Array.from({ length: points }, () => ({})), notes: [] }) as unknown as OperatingCurve;
const answered = (body: unknown, status = 200) =>
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status }))));

afterEach(() => vi.unstubAllGlobals());

describe('the curve of a finding', () => {
  it('is asked for when it is opened and begins at the point of the result', async () => {
    answered(curve(3));
    const feed = new CurveFeed(curvePath('p', 'a b'));
    expect(fetch).not.toHaveBeenCalled();
    await feed.toggle();
    expect(vi.mocked(fetch).mock.calls[0]?.[0]).toBe('/api/predictions/p/findings/a%20b/operating-curve/');
    expect(feed.state.get()).toMatchObject({ status: 'open', tried: 3 });
    await feed.toggle();
    expect(feed.state.get().status).toBe('closed');
  });

  it('keeps what is tried within what was measured, and goes back', async () => {
    answered(curve(2));
    const feed = new CurveFeed('/x/');
    feed.try(1);
    await feed.toggle();
    const tried = [9, -1, 3.4].map((place) => {
      feed.try(place);
      return feed.state.get().tried;
    });
    expect(tried).toEqual([4, 0, 3]);
    feed.reset();
    expect(feed.state.get().tried).toBe(2);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('begins in the middle where the result says no point', () => {
    expect([startOf(curve(null)), startOf(curve(null, 0)), startOf(curve(0))]).toEqual([2, 0, 0]);
  });

  it('says why it cannot be shown', async () => {
    answered({ code: 'answer_first', text: 'Answer first.' }, 403);
    const feed = new CurveFeed('/x/');
    await feed.toggle();
    expect(feed.state.get()).toMatchObject({ status: 'failed', text: 'Answer first.', curve: null });
  });

  it('that was closed while it was asked for stays closed', async () => {
    answered(curve(2));
    const feed = new CurveFeed('/x/');
    const opening = feed.toggle();
    await feed.toggle();
    await opening;
    expect(feed.state.get().status).toBe('closed');
  });
});
