/** The trend of a case: asked for once for each result that is shown, where earlier images are known. */
import { RequestError, getJson } from '../api/request';
import type { TrendDocument } from '../api/schema';
import type { ReadingSession } from '../session/reading_session';
import { createStore } from '../state/store';

export interface TrendState {
  readonly document: TrendDocument | null;
  /** Why it could not be asked for; empty when nothing is wrong. */
  readonly problem: string;
}

export class Trend {
  readonly state = createStore<TrendState>({ document: null, problem: '' });
  private asked = '';

  /** prediction: of the result that is shown; what is known of another one goes. */
  async load(prediction: string): Promise<void> {
    if (this.asked === prediction) return;
    this.asked = prediction;
    this.state.set({ document: null, problem: '' });
    try {
      const document = await getJson<TrendDocument>(`/api/predictions/${prediction}/trend/`);
      if (this.asked === prediction) this.state.set({ document });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (this.asked !== prediction) return;
      this.asked = ''; // asked again when the finding is chosen again
      this.state.set({ problem: `the numbers of earlier images could not be asked for: ${error.text}` });
    }
  }
}

const trends = new WeakMap<ReadingSession, Trend>();

/** One for each case that is read. */
export function trendOf(session: ReadingSession): Trend {
  const known = trends.get(session) ?? new Trend();
  trends.set(session, known);
  return known;
}
