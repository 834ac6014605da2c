import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../api/request';
import type { AnswerBody, Receipt } from './documents';
import type { DraftSync } from './draft_sync';
import { Submission } from './submission';

const UNDO_MS = 5_000;
const BODY = { comment: 'seen' } as AnswerBody;
const RECEIPT = { sha256: 'e'.repeat(64) } as Receipt;

/** A submission whose server answers with the listed errors in turn, then with a receipt. */
function submission(errors: RequestError[] = []) {
  const keys: string[] = [];
  const order: string[] = [];
  const note = (what: string) => () => Promise.resolve(void order.push(what));
  const sync = { flush: note('flush'), clear: note('clear'), change: note('change') } as unknown as DraftSync;
  const one = new Submission({
    undoMs: UNDO_MS,
    sync,
    announce: () => undefined,
    body: () => BODY,
    send: (_, key) => {
      keys.push(key);
      order.push('send');
      const error = errors.shift();
      return error ? Promise.reject(error) : Promise.resolve(RECEIPT);
    },
    onReceipt: note('receipt'),
  });
  return { one, keys, order };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a submission', () => {
  it('can be taken back and then does not go out', async () => {
    const { one, keys } = submission();
    one.start();
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    one.takeBack();
    await vi.advanceTimersByTimeAsync(10 * UNDO_MS);
    expect(keys).toEqual([]);
    expect(one.state.get()).toEqual({ at: null, isLocking: false, receipt: null });
  });

  it('is tried again under the same key until the receipt comes', async () => {
    const { one, keys } = submission([
      new RequestError(0, 'offline', 'the server cannot be reached'),
      new RequestError(502, 'http', 'the server answered 502'),
    ]);
    one.start();
    await vi.advanceTimersByTimeAsync(UNDO_MS + 60_000);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(one.state.get().receipt).toBe(RECEIPT);
  });

  it('comes again when a busy server asks, under the same key', async () => {
    const { one, keys } = submission([new RequestError(503, 'database_busy', 'busy', null, 7_000)]);
    one.start();
    await vi.advanceTimersByTimeAsync(UNDO_MS + 6_999);
    expect(keys).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(one.state.get().receipt).toBe(RECEIPT);
  });

  it('keeps the draft on this machine until the receipt is here', async () => {
    const { one, order } = submission([new RequestError(500, 'http', 'the server answered 500')]);
    one.start();
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(order).toEqual(['flush', 'send']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(order).toEqual(['flush', 'send', 'flush', 'send', 'clear', 'receipt']);
  });

  it('that was locked already is done with the receipt of then', async () => {
    const { one, order } = submission([new RequestError(409, 'already_locked', 'locked', { receipt: RECEIPT })]);
    one.start();
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(one.state.get().receipt).toBe(RECEIPT);
    expect(order.at(-1)).toBe('receipt');
  });

  it('that is refused is not sent again', async () => {
    const { one, keys } = submission([new RequestError(400, 'incomplete', 'Not answered yet: rating.')]);
    one.start();
    await vi.advanceTimersByTimeAsync(UNDO_MS + 120_000);
    expect(keys).toHaveLength(1);
    expect(one.state.get()).toMatchObject({ isLocking: false, receipt: null });
  });
});
