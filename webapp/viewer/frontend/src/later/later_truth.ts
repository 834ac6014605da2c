/**
 * What was found later on the case: asked for after each own answer, since the server gives a statement out only then, and the form
 * of those who may enter one.
 */
import { RequestError, getJson, sendJson } from '../api/request';
import type { LaterTruthDocument, LaterTruthRow } from '../api/schema';
import type { PixelBox } from '../geometry/pixel_box';
import type { ReadingSession } from '../session/reading_session';
import { createStore } from '../state/store';
import type { LaterForm } from './later_form';
import { bodyOf, emptyLaterForm, lacking } from './later_form';

export interface LaterTruthState {
  readonly truths: readonly LaterTruthRow[];
  /** What may be entered; null for people who may not. */
  readonly choices: LaterTruthDocument['choices'];
  readonly form: LaterForm | null;
  readonly isSending: boolean;
  /** Why it was not stored or not listed, in the server's words; empty when nothing is wrong. */
  readonly problem: string;
}

type Reading = Pick<ReadingSession, 'boot' | 'announce' | 'desk' | 'controller' | 'panel'>;
const desks = new WeakMap<Reading, LaterTruth>();

/** One for each case that is read. */
export function laterTruthOf(session: Reading): LaterTruth {
  const known = desks.get(session);
  if (known) return known;
  const made = new LaterTruth(session);
  desks.set(session, made);
  return made;
}

export class LaterTruth {
  readonly state = createStore<LaterTruthState>({ truths: [], choices: null, form: null, isSending: false, problem: '' });
  private readonly path: string;

  constructor(private readonly session: Reading) {
    this.path = `/api/images/${session.boot.image.id}/later-truths/`;
  }

  /** Asks now and whenever the own answers that the server has are others. Returns what ends it. */
  follow(): () => void {
    const { desk, boot } = this.session;
    const own = (): string =>
      desk.state
        .get()
        .saved.filter(({ reader }) => reader === boot.user.username)
        .map(({ id }) => id)
        .sort()
        .join();
    let asked = own();
    void this.load();
    return desk.state.subscribe(() => {
      const now = own();
      if (now === asked) return;
      asked = now;
      void this.load();
    });
  }

  async load(): Promise<void> {
    try {
      this.take(await getJson<LaterTruthDocument>(this.path));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // Hidden: nothing of it is on the page then, not even that it is.
      const problem = error.status === 403 ? '' : `What was found later could not be asked for: ${error.text}`;
      this.state.set({ problem, ...(error.status === 403 && { truths: [], choices: null, form: null }) });
    }
  }

  open(): void {
    this.state.set({ form: emptyLaterForm(), problem: '' });
  }

  close(): void {
    this.state.set({ form: null, problem: '' });
    this.place(null);
  }

  change(change: Partial<LaterForm>): void {
    const { form } = this.state.get();
    if (!form) return;
    const changed = { ...form, ...change };
    const box = changed.says === 'present' ? changed.box : null;
    this.state.set({ form: { ...changed, box } });
    if (box !== form.box && !('box' in change)) this.place(box);
  }

  /** The next box that is drawn is where it was found. */
  draw(): void {
    this.session.controller.chooseTool('box');
    this.session.announce('draw a box where it was found');
  }

  removeBox(): void {
    this.change({ box: null });
    this.place(null);
  }

  /** True where a box that was drawn is this form's: no form of an answer is open. */
  takeBox(box: PixelBox | null): boolean {
    if (!this.state.get().form || this.session.panel.get().form) return false;
    this.change({ box });
    return true;
  }

  async save(): Promise<void> {
    const { form, isSending } = this.state.get();
    if (!form || isSending) return;
    const lacks = lacking(form);
    if (lacks.length) return this.session.announce(`still needed: ${lacks.join(', ')}`);
    if (await this.send(this.path, { ...bodyOf(form), reader: this.session.boot.user.username }, 'what was found later is kept')) {
      this.close();
    }
  }

  async withdraw(id: string, reason: string): Promise<void> {
    const body = { reason, reader: this.session.boot.user.username };
    await this.send(`${this.path}${id}/withdrawal/`, body, 'taken back');
  }

  private async send(path: string, body: object, done: string): Promise<boolean> {
    this.state.set({ isSending: true, problem: '' });
    try {
      this.take(await sendJson<LaterTruthDocument>('POST', path, body, this.session.boot.csrf));
      this.session.announce(done);
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.state.set({ problem: error.text });
      return false;
    } finally {
      this.state.set({ isSending: false });
    }
  }

  private take({ truths, choices }: LaterTruthDocument): void {
    this.state.set({ truths, choices, problem: '' });
  }

  private place(box: PixelBox | null): void {
    if (!this.session.panel.get().form) this.session.controller.placeDraftBox(box);
  }
}
