/** The model's results for this image, kept fresh while a run is queued or running. */
import type { PredictionDocument } from '../api/documents';
import { RequestError, getJson, postJson } from '../api/request';
import { createStore } from '../state/store';

export interface PredictionsState {
  readonly status: 'loading' | 'ready' | 'refused' | 'unreachable';
  /** Why there is nothing to show, in the server's words. */
  readonly text: string;
  /** Newest first. */
  readonly items: readonly PredictionDocument[];
}

const POLL_MS = 1500;

export const isPending = (item: PredictionDocument | undefined): boolean =>
  item?.state === 'queued' || item?.state === 'running';

/** The result to show: the newest that succeeded, or else the newest of all. */
export function shownPrediction(items: readonly PredictionDocument[]): PredictionDocument | null {
  return items.find((item) => item.state === 'succeeded') ?? items[0] ?? null;
}

export class PredictionsFeed {
  readonly state = createStore<PredictionsState>({ status: 'loading', text: '', items: [] });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopped = false;

  constructor(
    private readonly path: string,
    private readonly csrf: string,
    private readonly onChange: (before: PredictionsState, after: PredictionsState) => void,
  ) {}

  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    const before = this.state.get();
    let after: PredictionsState;
    try {
      const wire = await getJson<PredictionDocument[] | { results: PredictionDocument[] }>(this.path);
      const items = Array.isArray(wire) ? wire : wire.results;
      after = { status: 'ready', text: '', items };
    } catch (error) {
      after = this.failed(error);
      if (after.status === 'refused') after = { ...after, items: [] }; // withheld since: what is on the page goes
    }
    if (this.isStopped) return; // the case was left: nothing of it may change what is shown
    this.state.set(after);
    this.onChange(before, this.state.get());
    this.schedule();
  }

  /** Asks for another run of the active model. */
  async runAgain(): Promise<void> {
    try {
      await postJson(this.path, {}, this.csrf);
    } catch (error) {
      if (!this.isStopped) this.state.set(this.failed(error));
      return;
    }
    await this.refresh();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private failed(error: unknown): PredictionsState {
    if (!(error instanceof RequestError)) throw error;
    const isRefusal = error.status === 403 || error.status === 409;
    return { ...this.state.get(), status: isRefusal ? 'refused' : 'unreachable', text: error.text };
  }

  private schedule(): void {
    const { status, items } = this.state.get();
    const isWaiting = status === 'unreachable' || isPending(items[0]);
    if (isWaiting) this.timer = setTimeout(() => void this.refresh(), POLL_MS);
  }
}
