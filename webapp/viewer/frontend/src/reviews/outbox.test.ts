import { describe, expect, it } from 'vitest';
import type { ReviewDocument, ReviewRequest } from '../api/documents';
import { RequestError } from '../api/request';
import { Outbox } from './outbox';
import type { QueuedReview } from './outbox_storage';
import { memoryStorage, withOverflow } from './outbox_storage';

const queued = (key: string, queuedAt: number, replacesKey: string | null = null): QueuedReview => ({
  key,
  reader: 'radiologist',
  image: 'i',
  path: '/reviews/',
  queuedAt,
  replacesKey,
  refusal: null,
  body: { idempotency_key: key, replaces: null } as ReviewRequest,
});

/** An outbox whose server answers with the listed statuses in turn, then 201; waiting between attempts is stepped by hand. */
function outboxAgainst(statuses: number[], retryAfterMs = 0) {
  const sent: ReviewRequest[] = [];
  const waits: number[] = [];
  const saved: string[] = [];
  let resume = (): void => undefined;
  const storage = memoryStorage();
  const outbox = new Outbox(storage, {
    reader: 'radiologist',
    send: (item) => {
      sent.push(item.body);
      const status = statuses.shift() ?? 201;
      if (status >= 300 || status === 0) {
        return Promise.reject(new RequestError(status, 'http', `status ${status}`, null, retryAfterMs));
      }
      return Promise.resolve({ id: `review-${item.key}` } as ReviewDocument);
    },
    wait: (ms) => {
      waits.push(ms);
      return new Promise((resolve) => (resume = resolve));
    },
  });
  outbox.onSaved((item) => saved.push(item.key));
  return { outbox, storage, sent, waits, saved, resume: () => resume() };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('the outbox', () => {
  it('forgets an answer only when the server has it', async () => {
    const { outbox, storage, saved } = outboxAgainst([]);
    await outbox.add(queued('a', 1));
    await outbox.flush();
    await turn();
    expect(saved).toEqual(['a']);
    expect(await storage.all()).toEqual([]);
    expect(outbox.state.get().savedAt).not.toBeNull();
  });

  it('says that the session has ended, and sends at once when the person is back', async () => {
    const { outbox, saved } = outboxAgainst([401]);
    await outbox.add(queued('a', 1));
    await turn();
    expect(outbox.state.get()).toMatchObject({ isSignedOut: true, problem: 'signed out: sign in again as radiologist, it is then sent by itself' });
    await outbox.signedIn();
    expect(outbox.state.get()).toMatchObject({ isSignedOut: false, problem: null, waiting: [] });
    expect(saved).toEqual(['a']);
  });

  it('no longer says so when what stands in the way is another trouble', async () => {
    const { outbox, resume } = outboxAgainst([401, 0]);
    await outbox.add(queued('a', 1));
    await turn();
    resume();
    await turn();
    expect(outbox.state.get()).toMatchObject({ isSignedOut: false, problem: 'status 0' });
  });

  it('keeps an answer through an outage and sends it with the same key', async () => {
    const { outbox, sent, waits, saved, resume } = outboxAgainst([0, 500]);
    await outbox.add(queued('a', 1));
    await turn();
    expect(outbox.state.get().waiting).toHaveLength(1);
    expect(outbox.state.get().problem).toBe('status 0');
    resume();
    await turn();
    resume();
    await turn();
    expect(sent.map((body) => body.idempotency_key)).toEqual(['a', 'a', 'a']);
    expect(waits).toEqual([1000, 2000]);
    expect(saved).toEqual(['a']);
    expect(outbox.state.get().problem).toBeNull();
  });

  it('keeps an answer while the server is busy and comes again when it was asked to', async () => {
    const { outbox, storage, sent, waits, saved, resume } = outboxAgainst([503, 503, 503, 503, 503], 5_000);
    await outbox.add(queued('a', 1));
    await outbox.add(queued('b', 2));
    await turn();
    expect((await storage.all()).map((item) => [item.key, item.refusal])).toEqual([
      ['a', null],
      ['b', null],
    ]);
    for (let again = 0; again < 6; again += 1) {
      resume();
      await turn();
    }
    expect(waits.slice(0, 5).every((ms) => ms >= 5_000)).toBe(true);
    expect(saved).toEqual(['a', 'b']);
    expect(new Set(sent.map((body) => body.idempotency_key)).size).toBe(2);
    expect(outbox.state.get().refused).toEqual([]);
  });

  it('keeps an answer when the session has ended', async () => {
    const { outbox } = outboxAgainst([401]);
    await outbox.add(queued('a', 1));
    await turn();
    expect(outbox.state.get().waiting).toHaveLength(1);
    expect(outbox.state.get().problem).toContain('sign in again');
  });

  it('shows a refused answer and goes on with the next', async () => {
    const { outbox, saved } = outboxAgainst([400]);
    await outbox.add(queued('a', 1));
    await outbox.add(queued('b', 2));
    await turn();
    expect(outbox.state.get().refused.map((item) => [item.key, item.refusal])).toEqual([['a', 'status 400']]);
    expect(saved).toEqual(['b']);
  });

  it('gives a replacement the id of the answer it waited for', async () => {
    const { outbox, sent, resume } = outboxAgainst([0]);
    await outbox.add(queued('a', 1));
    await outbox.add(queued('b', 2, 'a'));
    await turn();
    resume();
    await turn();
    expect(sent.at(-1)?.replaces).toBe('review-a');
  });

  it('never sends the answers of another reader', async () => {
    const { outbox, storage, sent } = outboxAgainst([]);
    await storage.put({ ...queued('x', 1), reader: 'radiologist2' });
    await outbox.flush();
    expect(sent).toEqual([]);
    expect(await storage.all()).toHaveLength(1);
  });
});

describe('a browser that is full', () => {
  it('loses no answer: it stays in the page, in order, until it is sent, and the page knows', async () => {
    let isFull = false;
    const inner = memoryStorage();
    const kept = {
      ...inner,
      isDurable: true,
      put: (item: QueuedReview) => (isFull ? Promise.reject(new Error('QuotaExceededError')) : inner.put(item)),
    };
    const storage = withOverflow(kept);
    await storage.put(queued('a', 1));
    isFull = true;
    await storage.put(queued('b', 2));
    await storage.put({ ...queued('a', 1), refusal: 'changed' });
    expect((await storage.all()).map((item) => [item.key, item.refusal])).toEqual([
      ['a', 'changed'],
      ['b', null],
    ]);
    expect(storage.isDurable).toBe(false);
    await storage.remove('b');
    isFull = false;
    await storage.put(queued('a', 1));
    expect((await storage.all()).map((item) => [item.key, item.refusal])).toEqual([['a', null]]);
    expect(storage.isDurable).toBe(true);
  });
});
