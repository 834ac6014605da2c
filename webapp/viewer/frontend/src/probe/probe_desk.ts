/** "What would change its mind?" on one case: what is erased, what was asked, and what came back. Nothing of it outlives the case. */
import { RequestError, getJson, postJson } from '../api/request';
import type { ProbeArea, ProbeChoices, ProbeDocument, ProbeStroke, ProbeStructure } from '../api/schema';
import type { ImageSize } from '../geometry/pixel_box';
import type { ImagePoint } from '../geometry/pixels';
import { createStore } from '../state/store';

export interface ProbeState {
  /** The finding whose section is open. */
  readonly finding: string | null;
  readonly choices: ProbeChoices | null;
  /** Why it could not be asked, or what is wrong with the eraser; empty when nothing is. */
  readonly problem: string;
  /** The left button erases instead of changing the window. */
  readonly isErasing: boolean;
  readonly brush: Brush;
  readonly strokes: readonly ProbeStroke[];
  /** Newest first. */
  readonly asked: readonly ProbeDocument[];
  readonly isSending: boolean;
  /** Outlines that the pointer rests on in the panel. */
  readonly pointed: ProbeStructure | null;
}

/** Radius of the eraser as a share of the longer side of the picture. */
export const BRUSHES = { small: 0.015, medium: 0.04, large: 0.08 } as const;
export type Brush = keyof typeof BRUSHES;

/** Radii by the keyboard, as such shares. */
const NARROWEST = 0.005;
const WIDEST = 0.4;

/** As much of a step as leaves all places between 0 and `side`. */
const within = (step: number, places: readonly number[], side: number): number =>
  Math.min(Math.max(step, -Math.min(...places)), side - Math.max(...places));

/** What the server takes of one area: webapp/probes/probe_body.py. */
const MOST_POINTS = 400;
const FIRST_LOOK_MS = 120;
const LONGEST_LOOK_MS = 1500;
const PATIENCE_MS = 120_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isPending = ({ state }: ProbeDocument): boolean => state === 'queued' || state === 'running';

/** Neither a broken connection nor a busy server: asking again changes nothing. */
const isForGood = ({ status }: RequestError): boolean => status >= 400 && status < 500 && status !== 429;

export class ProbeDesk {
  readonly state = createStore<ProbeState>({
    finding: null,
    choices: null,
    problem: '',
    isErasing: false,
    brush: 'medium',
    strokes: [],
    asked: [],
    isSending: false,
    pointed: null,
  });

  constructor(
    private readonly path: string,
    private readonly csrf: string,
    private readonly size: ImageSize,
    private readonly announce: (text: string) => void,
  ) {}

  /** Opens the section of a finding, or closes it. */
  toggle(finding: string): void {
    const isOpen = this.state.get().finding === finding;
    this.state.set({ finding: isOpen ? null : finding, isErasing: false, strokes: [], problem: '', pointed: null });
    if (!isOpen && !this.state.get().choices) void this.loadChoices();
  }

  private async loadChoices(): Promise<void> {
    try {
      this.state.set({ choices: await getJson<ProbeChoices>(this.path) });
    } catch (error) {
      this.tell(error);
    }
  }

  erase(isErasing: boolean): void {
    this.state.set({ isErasing });
    this.announce(isErasing ? 'eraser: drag over the picture, or arrow keys, then ask; Escape puts it away' : 'eraser away');
  }

  choose(brush: Brush): void {
    this.state.set({ brush });
  }

  private radius(): number {
    return BRUSHES[this.state.get().brush] * Math.max(this.size.columns, this.size.rows);
  }

  beginStroke({ x, y }: ImagePoint): void {
    if (this.points() >= MOST_POINTS) return this.refuse(`an eraser of more than ${MOST_POINTS} points: ask, or clear it`);
    this.state.set({ strokes: [...this.state.get().strokes, { points: [{ x, y }], radius: this.radius() }], problem: '' });
  }

  /** Points nearer than half a radius to the last add nothing. */
  extendStroke({ x, y }: ImagePoint): void {
    const { strokes } = this.state.get();
    const stroke = strokes.at(-1);
    const last = stroke?.points.at(-1);
    if (!stroke || !last || Math.hypot(x - last.x, y - last.y) < stroke.radius / 2) return;
    if (this.points() >= MOST_POINTS) return this.refuse(`an eraser of more than ${MOST_POINTS} points: ask, or clear it`);
    this.state.set({ strokes: [...strokes.slice(0, -1), { ...stroke, points: [...stroke.points, { x, y }] }] });
  }

  /** What was erased last, moved as a whole; its points stay in the picture. */
  moveLast(dx: number, dy: number): void {
    this.changeLast(({ points, radius }) => {
      const [right, down] = [within(dx, points.map(({ x }) => x), this.size.columns), within(dy, points.map(({ y }) => y), this.size.rows)];
      return { radius, points: points.map(({ x, y }) => ({ x: x + right, y: y + down })) };
    });
  }

  /** What was erased last, wider or narrower. */
  sizeLast(factor: number): void {
    const side = Math.max(this.size.columns, this.size.rows);
    this.changeLast(({ points, radius }) => ({ points, radius: Math.min(Math.max(radius * factor, NARROWEST * side), WIDEST * side) }));
  }

  private changeLast(change: (stroke: ProbeStroke) => ProbeStroke): void {
    const { strokes } = this.state.get();
    const last = strokes.at(-1);
    if (last) this.state.set({ strokes: [...strokes.slice(0, -1), change(last)], problem: '' });
  }

  clear(): void {
    this.state.set({ strokes: [], problem: '' });
  }

  point(pointed: ProbeStructure | null): void {
    this.state.set({ pointed });
  }

  private points(): number {
    return this.state.get().strokes.reduce((sum, { points }) => sum + points.length, 0);
  }

  private refuse(problem: string): void {
    if (this.state.get().problem === problem) return;
    this.state.set({ problem });
    this.announce(problem);
  }

  /** What was erased by hand. */
  askErased(prediction: string): Promise<void> {
    const { strokes } = this.state.get();
    if (strokes.length === 0) return Promise.resolve(this.refuse('nothing is erased yet: drag the eraser over the picture'));
    return this.ask(prediction, [{ strokes }]);
  }

  /** Asks the worker, and shows its answer when it comes. What was erased stays when it is refused. */
  async ask(prediction: string, areas: readonly ProbeArea[]): Promise<void> {
    const { finding } = this.state.get();
    if (!finding || this.state.get().isSending) return;
    this.state.set({ isSending: true, problem: '' });
    let asked: ProbeDocument;
    try {
      asked = await postJson<ProbeDocument>(this.path, { prediction, finding, areas }, this.csrf);
    } catch (error) {
      return this.tell(error);
    } finally {
      this.state.set({ isSending: false }); // not after the answer: by then another question may be on its way
    }
    const isDrawn = areas.some(({ strokes }) => strokes);
    this.state.set({ asked: [asked, ...this.state.get().asked], ...(isDrawn ? { strokes: [], isErasing: false } : {}) });
    await this.follow(asked);
  }

  /** Until it ends, a person cancels it, or patience does. A connection that breaks meanwhile is tried again. */
  private async follow(asked: ProbeDocument): Promise<void> {
    const began = Date.now();
    let now = asked;
    let fault = '';
    for (let wait = FIRST_LOOK_MS; isPending(now) && Date.now() - began < PATIENCE_MS; wait = Math.min(wait * 1.4, LONGEST_LOOK_MS)) {
      await pause(wait);
      try {
        now = await getJson<ProbeDocument>(`/api/probes/${asked.id}/`);
        fault = '';
        this.put(now);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        fault = error.text;
        if (isForGood(error)) return this.giveUp(now, fault);
      }
    }
    if (isPending(now)) return this.giveUp(now, fault || 'no worker has answered the question for two minutes: ask again later');
    if (now.state === 'cancelled') return this.giveUp(now, 'the question was cancelled: ask again');
    this.announce(now.error ? now.error.text : 'the model was asked again: see the panel');
  }

  /** Nobody follows it any more: it is shown as what it is, unanswered. */
  private giveUp(asked: ProbeDocument, text: string): void {
    this.put({ ...asked, error: { code: 'unanswered', text } });
    this.announce(text);
  }

  private put(changed: ProbeDocument): void {
    this.state.set({ asked: this.state.get().asked.map((one) => (one.id === changed.id ? changed : one)) });
  }

  private tell(error: unknown): void {
    if (!(error instanceof RequestError)) throw error;
    this.refuse(error.text);
  }
}
