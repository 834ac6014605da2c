import { describe, expect, it } from 'vitest';
import { RequestError } from '../api/request';
import { emptyBody, withRating } from './answer_body';
import type { AnswerBody, ReadingForm } from './documents';
import type { DraftItem, DraftStorage } from './draft_storage';
import { memoryDrafts } from './draft_storage';
import type { ServerDraft } from './draft_sync';
import { DraftConflict, DraftSync, waitMs } from './draft_sync';

const FORM: ReadingForm = {
  findings: [{ code: 'lung_opacity', label: 'Lung opacity', scale: '0-100', min: 0, max: 100, keys: {}, order: 0 }],
  questions: [],
  actions: [],
  marks: [],
  inadequate: true,
  comment: true, enhanced: false,
};
const rated = (rating: number): AnswerBody => withRating(emptyBody(FORM), 'lung_opacity', { rating });

/** A server with revisions and idempotency keys, whose network does what the test says. */
class FaultyServer {
  draft: ServerDraft | null = null;
  isSignedOut = false;
  private readonly keys = new Map<string, number>();
  next: 'ok' | 'lost' | 'ack-lost' | 'error' | 'error-after' | 'twice' = 'ok';

  put = async (base: number, item: DraftItem): Promise<{ revision: number; saved_at: string }> => {
    const fault = this.next;
    this.next = 'ok';
    await Promise.resolve();
    if (fault === 'lost') throw new RequestError(0, 'offline', 'the server cannot be reached');
    if (fault === 'error') throw new RequestError(500, 'http', 'the server answered 500');
    if (this.isSignedOut) throw new RequestError(401, 'not_signed_in', 'sign in first');
    const answer = this.store(base, item);
    if (fault === 'twice') this.store(base, item);
    if (fault === 'ack-lost') throw new RequestError(0, 'offline', 'the server cannot be reached');
    if (fault === 'error-after') throw new RequestError(502, 'http', 'the server answered 502');
    return answer;
  };

  writeFromElsewhere(body: AnswerBody): void {
    this.draft = { revision: (this.draft?.revision ?? 0) + 1, body, saved_at: '2026-01-01T00:00:00Z' };
  }

  private store(base: number, item: DraftItem): { revision: number; saved_at: string } {
    const known = this.keys.get(item.key);
    if (known !== undefined) return { revision: known, saved_at: '2026-01-01T00:00:00Z' };
    if ((this.draft?.revision ?? 0) !== base) throw new DraftConflict(this.draft as ServerDraft);
    this.draft = { revision: base + 1, body: item.body, saved_at: '2026-01-01T00:00:00Z' };
    this.keys.set(item.key, base + 1);
    return { revision: base + 1, saved_at: this.draft.saved_at };
  }
}

const never = (): (() => void) => () => undefined;
const syncOf = (server: FaultyServer, storage: DraftStorage): DraftSync =>
  new DraftSync({ id: 'a/unaided', storage, send: server.put, schedule: never });

/** mulberry32: seeded, so that a failing sequence can be run again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('drafts on their way', () => {
  it('waits 1, 2, 4 … 30 s between tries', () => {
    expect([1, 2, 3, 4, 5, 6, 9].map(waitMs)).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  });

  it('sends the same key again after a lost acknowledgement, so that no false conflict arises', async () => {
    const server = new FaultyServer();
    const sync = syncOf(server, memoryDrafts());
    await sync.open(null);
    await sync.change(rated(10));
    server.next = 'ack-lost';
    await sync.flush();
    await sync.change(rated(20));
    await sync.flush();
    expect(sync.state.get()).toMatchObject({ halt: null, waiting: 0, conflict: null });
    expect(server.draft).toMatchObject({ revision: 2, body: rated(20) });
  });

  it('shows both versions when another place saved one, and writes the chosen one', async () => {
    const server = new FaultyServer();
    const sync = syncOf(server, memoryDrafts());
    await sync.open(null);
    server.writeFromElsewhere(rated(77));
    await sync.change(rated(10));
    await sync.flush();
    expect(sync.state.get().conflict?.body).toEqual(rated(77));
    expect(await sync.resolve('mine')).toEqual(rated(10));
    expect(server.draft).toMatchObject({ revision: 2, body: rated(10) });
    server.writeFromElsewhere(rated(88));
    await sync.change(rated(11));
    await sync.flush();
    expect(await sync.resolve('theirs')).toEqual(rated(88));
    expect(sync.isSettled).toBe(true);
  });

  it('keeps the answer while signed out and sends it after signing in', async () => {
    const server = new FaultyServer();
    const sync = syncOf(server, memoryDrafts());
    await sync.open(null);
    server.isSignedOut = true;
    await sync.change(rated(30));
    await sync.flush();
    expect(sync.state.get().halt).toBe('signed_out');
    server.isSignedOut = false;
    await sync.retry();
    expect(server.draft?.body).toEqual(rated(30));
  });

  it('offers what an earlier visit left behind', async () => {
    const [server, storage] = [new FaultyServer(), memoryDrafts()];
    const first = syncOf(server, storage);
    await first.open(null);
    await first.change(rated(40));
    first.close();
    const second = syncOf(server, storage);
    expect(await second.open(null)).toEqual(rated(40));
    await second.flush();
    expect(server.draft?.body).toEqual(rated(40));
    expect(await storage.get('a/unaided')).toBeNull();
  });

  it('loses no answer in 1,000 random sequences of edits and faults', async () => {
    const faults = ['ok', 'lost', 'ack-lost', 'error', 'error-after', 'twice'] as const;
    for (let seed = 1; seed <= 1000; seed += 1) {
      const random = randomOf(seed);
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
      const [server, storage] = [new FaultyServer(), memoryDrafts()];
      let sync = syncOf(server, storage);
      await sync.open(null);
      let last: AnswerBody | null = null;
      let running: Promise<void> = Promise.resolve();
      for (let step = 0; step < 12; step += 1) {
        const what = pick(['edit', 'edit', 'edit', 'flush', 'flush', 'reload', 'sign-out', 'sign-in', 'other-tab']);
        server.next = pick(faults);
        if (what === 'edit') {
          last = rated(Math.floor(random() * 100));
          await sync.change(last);
        } else if (what === 'flush') running = sync.flush();
        else if (what === 'reload') {
          sync.close();
          await running;
          await sync.flush();
          sync = syncOf(server, storage);
          const restored = await sync.open(server.draft);
          // The reader sees the answer left behind, or the server's: what is on the screen is the last edit.
          if (restored) expect(restored, `seed ${seed}`).toEqual(last);
          else if (last) last = server.draft?.body ?? null;
        } else if (what === 'other-tab') server.writeFromElsewhere(rated(100 + step));
        else server.isSignedOut = what === 'sign-out';
        if (random() < 0.5) await running;
        if (sync.state.get().halt === 'conflict') await sync.resolve('mine');
      }
      server.isSignedOut = false;
      await running;
      for (let tries = 0; tries < 10 && !sync.isSettled; tries += 1) {
        server.next = 'ok';
        await sync.flush();
        await sync.retry();
        if (sync.state.get().halt === 'conflict') await sync.resolve('mine');
      }
      expect(sync.isSettled, `seed ${seed}`).toBe(true);
      expect(await storage.get('a/unaided'), `seed ${seed}`).toBeNull();
      if (last && server.draft && !isOtherTab(server.draft.body)) {
        expect(server.draft.body, `seed ${seed}`).toEqual(last);
      }
    }
  });
});

/** A write from another place after the last of ours is the newest answer and stands. */
const isOtherTab = (body: AnswerBody): boolean => (body.ratings.lung_opacity?.rating ?? 0) >= 100;
