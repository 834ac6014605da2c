/** Each time that a result was computed again; asked for while the card is open. The stored result is never touched. */
import { RequestError, getJson, postJson } from '../api/request';
import type { ReproductionDocument } from '../api/schema';
import { createStore } from '../state/store';

export interface ReproductionsState {
  readonly status: 'loading' | 'ready' | 'failed';
  /** Why nothing can be shown, in the server's words. */
  readonly text: string;
  /** Newest first. */
  readonly rows: readonly ReproductionDocument[];
}

const POLL_MS = 1000;

export const isUnfinished = (row: ReproductionDocument | undefined): boolean =>
  row?.state === 'queued' || row?.state === 'running';

export class ReproductionsFeed {
  readonly state = createStore<ReproductionsState>({ status: 'loading', text: '', rows: [] });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopped = false;
  private readonly path: string;

  constructor(
    prediction: string,
    private readonly csrf: string,
  ) {
    this.path = `/api/predictions/${prediction}/reproductions/`;
  }

  /** Looks, and goes on looking while a run is under way. */
  async open(): Promise<void> {
    this.isStopped = false;
    clearTimeout(this.timer);
    await this.take(async () => (await getJson<{ results: ReproductionDocument[] }>(this.path)).results);
    if (!this.isStopped && isUnfinished(this.state.get().rows[0])) this.timer = setTimeout(() => void this.open(), POLL_MS);
  }

  /** Asks for another run. */
  async ask(): Promise<void> {
    await this.take(async () => {
      const row = await postJson<ReproductionDocument>(this.path, {}, this.csrf);
      return [row, ...this.state.get().rows.filter(({ id }) => id !== row.id)];
    });
    if (this.state.get().status === 'ready') await this.open();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async take(rows: () => Promise<readonly ReproductionDocument[]>): Promise<void> {
    try {
      this.state.set({ status: 'ready', text: '', rows: await rows() });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.state.set({ status: 'failed', text: error.text });
    }
  }
}
