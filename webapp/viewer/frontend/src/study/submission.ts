/** Handing in one answer: a few seconds to take it back, then sent under one key until the receipt comes. */
import { RequestError } from '../api/request';
import { createStore } from '../state/store';
import type { AnswerBody, Receipt } from './documents';
import type { DraftSync } from './draft_sync';
import { waitMs } from './draft_sync';

export interface SubmissionState {
  /** When it goes out (Date.now()); null = nothing is being handed in. */
  readonly at: number | null;
  readonly isLocking: boolean;
  readonly receipt: Receipt | null;
}

export interface SubmissionOptions {
  readonly undoMs: number;
  readonly sync: DraftSync;
  readonly announce: (text: string) => void;
  /** The whole answer as it stands when it goes out. */
  readonly body: () => AnswerBody;
  readonly send: (body: AnswerBody, key: string) => Promise<Receipt>;
  readonly onReceipt: (receipt: Receipt) => Promise<void>;
}

export class Submission {
  readonly state = createStore<SubmissionState>({ at: null, isLocking: false, receipt: null });
  private readonly key = crypto.randomUUID();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly options: SubmissionOptions) {}

  start(): void {
    this.state.set({ at: Date.now() + this.options.undoMs });
    this.options.announce('submitting; Ctrl+Z takes it back');
    this.timer = setTimeout(() => void this.lock(0), this.options.undoMs);
  }

  takeBack(): void {
    this.stop();
    this.state.set({ at: null });
    this.options.announce('submission taken back');
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  /** The draft on this machine is kept until the receipt is here. */
  private async lock(failures: number): Promise<void> {
    const { sync, body, send } = this.options;
    this.state.set({ at: null, isLocking: true });
    try {
      await sync.flush();
      await this.done(await send(body(), this.key));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      await this.failed(error, failures);
    }
  }

  private async done(receipt: Receipt): Promise<void> {
    const { sync, announce, onReceipt } = this.options;
    await sync.clear();
    this.state.set({ isLocking: false, receipt });
    announce(`locked; receipt ${receipt.sha256.slice(0, 8)}`);
    await onReceipt(receipt);
  }

  private async failed(error: RequestError, failures: number): Promise<void> {
    const { announce, sync, body } = this.options;
    const receipt = (error.body as { receipt?: Receipt } | null)?.receipt;
    if (error.code === 'already_locked' && receipt) return this.done(receipt);
    if (error.status === 0 || error.status === 429 || error.status >= 500) {
      announce(`not submitted yet: ${error.text}; trying again`);
      const ms = Math.max(waitMs(failures + 1), error.retryAfterMs);
      this.timer = setTimeout(() => void this.lock(failures + 1), ms);
      return;
    }
    this.state.set({ isLocking: false });
    announce(`not submitted: ${error.text}`);
    // Signed out or another tab: the draft's own way shows what to do.
    if (error.status === 401 || error.code === 'other_tab') {
      await sync.change(body());
      await sync.flush();
    }
  }
}
