import { describe, expect, it } from 'vitest';
import { RequestError } from '../api/request';
import type { AnswerBody } from './documents';
import type { DraftItem } from './draft_storage';
import { memoryDrafts } from './draft_storage';
import { DraftSync } from './draft_sync';

type Saved = { revision: number; saved_at: string };
const ID = 'a/unaided';
const body = (comment: string): AnswerBody => ({
  ratings: {},
  marks: [],
  answers: {},
  comment,
  inadequate: '',
  active_ms: 0,
  first_mark_ms: null,
});

/** A sync whose server answers when the test says so. */
function slow(storage = memoryDrafts()) {
  const calls: { item: DraftItem; answer: (saved: Saved) => void; fail: (error: Error) => void }[] = [];
  const waits: number[] = [];
  const sync = new DraftSync({
    id: ID,
    storage,
    send: (_, item) => new Promise<Saved>((answer, fail) => calls.push({ item, answer, fail })),
    schedule: (_, ms) => {
      waits.push(ms);
      return () => undefined;
    },
  });
  return { sync, storage, calls, waits };
}

const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('a draft whose page was closed while it was on its way', () => {
  it('leaves on disk what the next visit wrote there', async () => {
    const first = slow();
    await first.sync.open(null);
    await first.sync.change(body('first visit'));
    const sending = first.sync.flush();
    await turns();
    first.sync.close();

    const second = slow(first.storage);
    expect(await second.sync.open(null)).toEqual(body('first visit'));
    await second.sync.change(body('second visit'));
    first.calls[0]!.answer({ revision: 1, saved_at: '2026-01-01T00:00:00Z' });
    await sending;
    await turns();

    expect((await first.storage.get(ID))?.pending?.body).toEqual(body('second visit'));
    expect(first.sync.state.get().savedAt).toBeNull();
  });

  it('is not tried again when it fails', async () => {
    const { sync, calls, waits } = slow();
    await sync.open(null);
    await sync.change(body('first visit'));
    const before = waits.length;
    const sending = sync.flush();
    await turns();
    sync.close();
    calls[0]!.fail(new RequestError(500, 'http', 'the server answered 500'));
    await sending;
    expect(waits).toHaveLength(before);
    expect(sync.state.get().problem).toBeNull();
  });
});
