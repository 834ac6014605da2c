/**
 * Answers on their way to the server: queued first, then sent in order, one at a time, until acknowledged.
 * The idempotency key makes a repeated delivery harmless, so a lost answer of the server loses nothing.
 */
import type { ReviewDocument } from '../api/documents';
import { RequestError } from '../api/request';
import { createStore } from '../state/store';
import { deliveryOf, waitMs } from './delivery';
import type { OutboxStorage, QueuedReview } from './outbox_storage';

export interface OutboxState {
  readonly waiting: readonly QueuedReview[];
  /** Answers the server refused for good: shown until the reader discards them. */
  readonly refused: readonly QueuedReview[];
  readonly savedAt: Date | null;
  /** Why sending stands still: offline, signed out; null while all is well. */
  readonly problem: string | null;
  /** The session has ended, as the server said last. */
  readonly isSignedOut: boolean;
  readonly isDurable: boolean;
  /** False until it has been looked what an earlier visit left behind. */
  readonly isRead: boolean;
}

export type SavedListener = (item: QueuedReview, review: ReviewDocument) => void;

export interface OutboxOptions {
  readonly reader: string;
  readonly send: (item: QueuedReview) => Promise<ReviewDocument>;
  readonly wait?: (ms: number) => Promise<void>;
}

const LOCK = 'sightline-outbox';

async function exclusively(work: () => Promise<void>): Promise<void> {
  // Two tabs of one reader must not send the same queue side by side.
  if (typeof navigator !== 'undefined' && 'locks' in navigator) await navigator.locks.request(LOCK, work);
  else await work();
}

export class Outbox {
  readonly state = createStore<OutboxState>({
    waiting: [],
    refused: [],
    savedAt: null,
    problem: null,
    isSignedOut: false,
    isDurable: true,
    isRead: false,
  });
  private readonly listeners = new Set<SavedListener>();
  private sending = false;
  private failures = 0;

  constructor(
    private readonly storage: OutboxStorage,
    private readonly options: OutboxOptions,
  ) {
    this.state.set({ isDurable: storage.isDurable });
  }

  /** Tells of every answer that the server has taken. Returns how to stop. */
  onSaved(listener: SavedListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async add(item: QueuedReview): Promise<void> {
    await this.storage.put(item);
    await this.refresh();
    void this.flush();
  }

  /** Another request was told that the session has ended. */
  signedOut(): void {
    const problem = `signed out: sign in again as ${this.options.reader}, it is then sent by itself`;
    this.state.set({ problem, isSignedOut: true });
  }

  /** The person is signed in again. */
  async signedIn(): Promise<void> {
    this.failures = 0;
    this.state.set({ problem: null, isSignedOut: false });
    await this.flush();
  }

  async discard(key: string): Promise<void> {
    await this.storage.remove(key);
    await this.refresh();
  }

  /** Sends what waits; returns when the queue is empty or stands still. */
  async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      let isMoving = true;
      while (isMoving) {
        isMoving = false;
        await exclusively(async () => {
          isMoving = await this.sendFirst();
        });
      }
    } finally {
      this.sending = false;
    }
  }

  async refresh(): Promise<void> {
    const own = (await this.storage.all()).filter((item) => item.reader === this.options.reader);
    this.state.set({
      waiting: own.filter((item) => item.refusal === null),
      refused: own.filter((item) => item.refusal !== null),
      isDurable: this.storage.isDurable,
      isRead: true,
    });
  }

  /** True when there may be more to send. */
  private async sendFirst(): Promise<boolean> {
    await this.refresh();
    const item = this.state.get().waiting[0];
    if (!item) return false;
    try {
      await this.acknowledge(item, await this.options.send(item));
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return this.hold(item, error);
    }
  }

  private async acknowledge(item: QueuedReview, review: ReviewDocument): Promise<void> {
    for (const later of this.state.get().waiting) {
      if (later.replacesKey !== item.key) continue;
      await this.storage.put({ ...later, replacesKey: null, body: { ...later.body, replaces: review.id } });
    }
    await this.storage.remove(item.key);
    this.failures = 0;
    for (const listener of this.listeners) listener(item, review); // first: no moment in which it neither waits nor is saved
    await this.refresh();
    this.state.set({ savedAt: new Date(), problem: null, isSignedOut: false });
  }

  private async hold(item: QueuedReview, error: RequestError): Promise<boolean> {
    const delivery = deliveryOf(error.status, error.code);
    if (delivery === 'rejected' || delivery === 'conflict') {
      await this.storage.put({ ...item, refusal: error.text });
      await this.refresh();
      return true;
    }
    this.failures += 1;
    if (delivery === 'signed_out') this.signedOut();
    else this.state.set({ problem: error.text, isSignedOut: false });
    const wait = this.options.wait ?? ((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)));
    void wait(Math.max(waitMs(this.failures), error.retryAfterMs)).then(() => this.flush());
    return false;
  }
}
