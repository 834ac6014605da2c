/** The measured curve of one finding, asked for when the reader opens it. Which point is tried stays in this page. */
import { RequestError, getJson } from '../api/request';
import type { OperatingCurve } from '../api/schema';
import { createStore } from '../state/store';

export interface CurveState {
  readonly status: 'closed' | 'loading' | 'open' | 'failed';
  /** Why it cannot be shown, in the server's words. */
  readonly text: string;
  readonly curve: OperatingCurve | null;
  /** Index in the curve's points of the one that is tried. */
  readonly tried: number;
}

export const curvePath = (prediction: string, finding: string): string =>
  `/api/predictions/${prediction}/findings/${encodeURIComponent(finding)}/operating-curve/`;

/** Where the slider begins: at the point of the stored result; without one, in the middle of what was measured. */
export const startOf = (curve: OperatingCurve): number => curve.in_force ?? Math.floor(curve.points.length / 2);

export class CurveFeed {
  readonly state = createStore<CurveState>({ status: 'closed', text: '', curve: null, tried: 0 });

  constructor(private readonly path: string) {}

  async toggle(): Promise<void> {
    const { status } = this.state.get();
    if (status === 'open' || status === 'loading') return this.state.set({ status: 'closed' });
    this.state.set({ status: 'loading' });
    let found: Partial<CurveState>;
    try {
      // Asked for each time: the case mix may have changed.
      const curve = await getJson<OperatingCurve>(this.path);
      found = { status: 'open', curve, tried: startOf(curve) };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      found = { status: 'failed', text: error.text };
    }
    if (this.state.get().status === 'loading') this.state.set(found);
  }

  try(place: number): void {
    const { curve } = this.state.get();
    if (!curve) return;
    this.state.set({ tried: Math.min(Math.max(Math.round(place), 0), curve.points.length - 1) });
  }

  /** Back to the point of the stored result. */
  reset(): void {
    const { curve } = this.state.get();
    if (curve) this.state.set({ tried: startOf(curve) });
  }
}
