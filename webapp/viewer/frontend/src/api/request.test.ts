import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError, getBytes, getJson, postJson } from './request';

const BUSY = { code: 'database_busy', text: 'The database is busy.' };

/** A server that is busy `times` times, then answers. */
function server(times: number, headers: Record<string, string> = { 'Retry-After': '5' }) {
  let left = times;
  const fetch = vi.fn(() => {
    left -= 1;
    const isBusy = left >= 0;
    const init = { status: isBusy ? 503 : 200, headers: isBusy ? headers : {} };
    return Promise.resolve(new Response(JSON.stringify(isBusy ? BUSY : { here: true }), init));
  });
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

const failure = async (request: Promise<unknown>): Promise<RequestError> => {
  const error: unknown = await request.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RequestError);
  return error as RequestError;
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { cookie: '' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a server that is busy', () => {
  it('is asked again for what is only read, after the pause that it names', async () => {
    const fetch = server(3);
    const answer = getJson('/api/x/');
    await vi.advanceTimersByTimeAsync(4_999);
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10_001);
    await expect(answer).resolves.toEqual({ here: true });
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  it('is told to the reader when it stays so', async () => {
    const fetch = server(99);
    const failed = failure(getBytes('/api/x/frame/'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await failed).toMatchObject({ status: 503, code: 'database_busy', text: BUSY.text, retryAfterMs: 5_000 });
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  it('never gets a body twice by itself', async () => {
    const fetch = server(1);
    expect(await failure(postJson('/api/x/', {}, 'token'))).toMatchObject({ status: 503, retryAfterMs: 5_000 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it.each(['', 'Wed, 21 Oct 2026 07:28:00 GMT', '-3'])(
    'is not asked again when it names no pause (%o)',
    async (named) => {
      const fetch = server(1, named ? { 'Retry-After': named } : {});
      expect(await failure(getJson('/api/x/'))).toMatchObject({ status: 503, retryAfterMs: 0 });
      expect(fetch).toHaveBeenCalledTimes(1);
    },
  );

  it('is not asked again once the page gave the request up', async () => {
    server(99);
    const abort = new AbortController();
    const failed = getJson('/api/x/', abort.signal).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1);
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('given up', 'AbortError')));
    abort.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(await failed).toMatchObject({ name: 'AbortError' });
  });
});
