/** Interaction events of one reading, numbered and sent in batches; a lost batch is sent again, the server drops repeats. */
import type { SentEvent } from '../api/schema';

const BATCH = 50;
const MOST_KEPT = 2000;

export class EventLog {
  private waiting: SentEvent[] = [];
  private seq = 0;
  private isSending = false;

  constructor(
    private readonly send: (events: readonly SentEvent[]) => Promise<unknown>,
    private readonly now: () => number,
  ) {}

  add(kind: SentEvent['kind'], payload: Record<string, unknown> = {}): void {
    this.seq += 1;
    this.waiting.push({ seq: this.seq, kind, client_ms: Math.round(this.now()), payload });
    if (this.waiting.length > MOST_KEPT) this.waiting.shift();
  }

  /** Sends what waits; a failure keeps it for the next call. */
  async flush(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.waiting.length) {
        const batch = this.waiting.slice(0, BATCH);
        await this.send(batch);
        const last = batch.at(-1)?.seq ?? 0;
        this.waiting = this.waiting.filter((event) => event.seq > last);
      }
    } catch {
      // Answers must never wait for telemetry: the next flush tries again.
    } finally {
      this.isSending = false;
    }
  }
}
