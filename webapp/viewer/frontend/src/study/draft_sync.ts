/**
 * Keeps the server's draft in step with the reader's answer, whatever the network does.
 *
 * The newest answer waits as `pending`. When it is sent it becomes `inflight` and stays so, unchanged and under its key,
 * until the server has acknowledged it: after a lost acknowledgement the same key must come first, or the server would
 * see a stale base revision and report a conflict that is none. Both are kept on disk before anything is sent.
 */
import { RequestError } from '../api/request';
import { createStore } from '../state/store';
import type { AnswerBody } from './documents';
import type { DraftItem, DraftStorage } from './draft_storage';

export const DEBOUNCE_MS = 800;
const LONGEST_WAIT_MS = 30_000;

export interface ServerDraft {
  readonly revision: number;
  readonly body: AnswerBody;
  readonly saved_at: string;
}

export type Halt = 'signed_out' | 'conflict' | 'other_tab' | 'locked' | 'refused';

export interface SyncState {
  /** Changes made since the last acknowledgement. */
  readonly waiting: number;
  readonly savedAt: Date | null;
  /** Why sending stands still until somebody acts; null while it goes on by itself. */
  readonly halt: Halt | null;
  /** A sentence for the reader; null while all is well. */
  readonly problem: string | null;
  /** The server's version, when another place saved one in between. */
  readonly conflict: ServerDraft | null;
}

export interface SyncOptions {
  readonly id: string;
  readonly storage: DraftStorage;
  /** PUT of a draft; rejects with RequestError. */
  readonly send: (base: number, item: DraftItem) => Promise<{ revision: number; saved_at: string }>;
  /** Reads the server's version out of a conflict. */
  readonly newKey?: () => string;
  readonly schedule?: (work: () => void, ms: number) => () => void;
}

/** A conflict carries the server's version. */
export class DraftConflict extends RequestError {
  constructor(readonly server: ServerDraft) {
    super(409, 'draft_conflict', 'this answer was changed in another place');
  }
}

const later = (work: () => void, ms: number): (() => void) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

export const waitMs = (failures: number): number => Math.min(1000 * 2 ** Math.max(0, failures - 1), LONGEST_WAIT_MS);

export class DraftSync {
  readonly state = createStore<SyncState>({ waiting: 0, savedAt: null, halt: null, problem: null, conflict: null });
  private base = 0;
  private inflight: DraftItem | null = null;
  private pending: DraftItem | null = null;
  private running: Promise<void> | null = null;
  private failures = 0;
  private isClosed = false;
  private cancel: (() => void) | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: SyncOptions) {}

  /** Starts from the server's draft; returns the reader's own newer answer when one was left behind on this machine. */
  async open(server: ServerDraft | null): Promise<AnswerBody | null> {
    this.base = server?.revision ?? 0;
    if (server) this.state.set({ savedAt: new Date(server.saved_at) });
    const left = await this.options.storage.get(this.options.id);
    if (!left || (!left.inflight && !left.pending)) return null;
    this.base = left.base;
    this.inflight = left.inflight;
    this.pending = left.pending;
    this.state.set({ waiting: 1 });
    void this.flush();
    return (left.pending ?? left.inflight)?.body ?? null;
  }

  /** The reader changed something: kept on disk at once, sent after a short pause. */
  async change(body: AnswerBody): Promise<void> {
    this.pending = { key: this.newKey(), body };
    const { waiting, halt } = this.state.get();
    // What was refused is tried again once it has been changed.
    this.state.set({ waiting: waiting + 1, ...(halt === 'refused' ? { halt: null, problem: null } : {}) });
    await this.keep();
    if (this.state.get().halt === null && !this.running && this.failures === 0) this.wake(DEBOUNCE_MS);
  }

  /** Sends what waits; settles when nothing is left or sending stands still. Called twice, it is one and the same run. */
  flush(): Promise<void> {
    this.cancel?.();
    this.cancel = null;
    this.running ??= this.sendAll().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async sendAll(): Promise<void> {
    while (!this.isClosed && this.state.get().halt === null && (this.inflight ?? this.pending)) {
      if (!(await this.sendOne())) return;
    }
  }

  /** True when the server has everything. */
  get isSettled(): boolean {
    return !this.inflight && !this.pending;
  }

  /** Tries again after signing in, taking over the tab, or coming back on line. */
  async retry(): Promise<void> {
    const { halt } = this.state.get();
    if (halt === 'conflict' || halt === 'locked') return;
    this.failures = 0;
    this.state.set({ halt: null, problem: null });
    await this.flush();
  }

  /** Settles a conflict: `mine` writes the reader's answer over the server's, `theirs` takes the server's. */
  async resolve(choice: 'mine' | 'theirs'): Promise<AnswerBody | null> {
    const { conflict } = this.state.get();
    const mine = (this.pending ?? this.inflight)?.body ?? null;
    if (!conflict || !mine) return null;
    this.base = conflict.revision;
    this.inflight = null;
    this.pending = choice === 'mine' ? { key: this.newKey(), body: mine } : null;
    this.state.set({
      halt: null,
      conflict: null,
      problem: null,
      ...(choice === 'theirs' ? { waiting: 0, savedAt: new Date(conflict.saved_at) } : {}),
    });
    await this.keep();
    if (choice === 'theirs') return conflict.body;
    await this.flush();
    return mine;
  }

  /** After a receipt: nothing is kept on this machine any more. */
  async clear(): Promise<void> {
    this.inflight = this.pending = null;
    this.close();
    await this.writing;
    await this.options.storage.remove(this.options.id);
  }

  close(): void {
    this.isClosed = true;
    this.cancel?.();
    this.cancel = null;
  }

  /** Sends the oldest item; true when there may be more to send. */
  private async sendOne(): Promise<boolean> {
    if (!this.inflight) {
      this.inflight = this.pending;
      this.pending = null;
      await this.keep();
    }
    const item = this.inflight;
    if (!item) return false;
    try {
      const { revision, saved_at: savedAt } = await this.options.send(this.base, item);
      if (this.isClosed) return false; // what is on disk now belongs to whoever opens it next
      this.base = revision;
      this.inflight = null;
      this.failures = 0;
      await this.keep();
      this.state.set({ waiting: this.pending ? 1 : 0, savedAt: new Date(savedAt), problem: null });
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (!this.isClosed) this.hold(error);
      return false;
    }
  }

  private hold(error: RequestError): void {
    const halt = haltOf(error);
    if (halt !== null) {
      const conflict = error instanceof DraftConflict ? error.server : null;
      this.state.set({ halt, conflict, problem: error.text });
      return;
    }
    this.failures += 1;
    this.state.set({ problem: error.text });
    this.wake(Math.max(waitMs(this.failures), error.retryAfterMs));
  }

  private wake(ms: number): void {
    this.cancel?.();
    this.cancel = (this.options.schedule ?? later)(() => void this.flush(), ms);
  }

  /** Writes in order: a slow disk must not end with an older state. */
  private keep(): Promise<void> {
    const { id, storage } = this.options;
    const stored = { id, base: this.base, inflight: this.inflight, pending: this.pending };
    const isEmpty = !stored.inflight && !stored.pending;
    this.writing = this.writing.then(() => (isEmpty ? storage.remove(id) : storage.put(stored)));
    return this.writing;
  }

  private newKey(): string {
    return (this.options.newKey ?? (() => crypto.randomUUID()))();
  }
}

/** What stops sending until somebody acts; null for what passes by itself: no network, a busy or failing server. */
function haltOf(error: RequestError): Halt | null {
  const { status, code } = error;
  if (status === 0 || status === 408 || status === 429 || status >= 500) return null;
  if (status === 401 || (status === 403 && code !== 'forbidden')) return 'signed_out';
  if (code === 'draft_conflict') return 'conflict';
  if (code === 'other_tab') return 'other_tab';
  if (code === 'already_locked') return 'locked';
  return 'refused';
}
