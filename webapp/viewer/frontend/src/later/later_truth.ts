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
import { bodyOf, emptyLaterForm, isBegun, lacking } from './later_form';

export interface LaterTruthState {
  readonly truths: readonly LaterTruthRow[];
  /** Ids of the statements whose box the reader has put on the picture. */
  readonly drawn: readonly string[];
  /** What may be entered; null for people who may not. */
  readonly choices: LaterTruthDocument['choices'];
  readonly form: LaterForm | null;
  readonly isSending: boolean;
  /** Why it was not stored or not listed, in the server's words; empty when nothing is wrong. */
  readonly problem: string;
}

const STANDS = 'the entry that was sent before has been stored and stands in the list: Save enters this one beside it';

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
  readonly state = createStore<LaterTruthState>({ truths: [], drawn: [], choices: null, form: null, isSending: false, problem: '' });
  private readonly path: string;
  /** How often the list was asked for or given: an older answer never lands on a newer one. */
  private turn = 0;
  private isLeaveAsked = false;

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
    const turn = (this.turn += 1);
    try {
      const listed = await getJson<LaterTruthDocument>(this.path);
      if (turn === this.turn) this.take(listed);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (turn !== this.turn) return;
      // Hidden: nothing of it is on the page then, not even that it is.
      const problem = error.status === 403 ? '' : `What was found later could not be asked for: ${error.text}`;
      this.state.set({ problem, ...(error.status === 403 && { truths: [], choices: null, form: null }) });
    }
  }

  /** Puts the box of a statement on the picture, or takes it away. */
  toggleBox({ id, title }: LaterTruthRow): void {
    const { drawn } = this.state.get();
    const isDrawn = drawn.includes(id);
    this.state.set({ drawn: isDrawn ? drawn.filter((other) => other !== id) : [...drawn, id] });
    this.session.announce(`${title}: its box is ${isDrawn ? 'not on the picture any more' : 'on the picture'}`);
  }

  /** Whether the case may be left: what is filled in here is kept nowhere else. The first time says so. */
  mayLeave(): boolean {
    const { form } = this.state.get();
    if (!form || !isBegun(form) || this.isLeaveAsked) return true;
    this.isLeaveAsked = true;
    this.session.announce('what was found later is not saved: the same key again leaves the case without it');
    return false;
  }

  open(): void {
    this.isLeaveAsked = false;
    this.state.set({ form: emptyLaterForm(), problem: '' });
  }

  close(): void {
    this.state.set({ form: null, problem: '' });
    this.place(null);
  }

  change(change: Partial<LaterForm>): void {
    const { form } = this.state.get();
    if (!form) return;
    this.isLeaveAsked = false;
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
    const body = { ...bodyOf(form), reader: this.session.boot.user.username };
    const refusal = await this.send(this.path, body, 'what was found later is kept');
    if (!refusal) return this.close();
    if (refusal.code !== 'idempotency_conflict') return;
    // The answer to an earlier delivery was lost, and the form was changed since.
    this.change({ key: crypto.randomUUID() });
    await this.load();
    this.state.set({ problem: STANDS });
  }

  async withdraw(id: string, reason: string): Promise<void> {
    const body = { reason, reader: this.session.boot.user.username };
    await this.send(`${this.path}${id}/withdrawal/`, body, 'taken back');
  }

  /** null: it is stored. */
  private async send(path: string, body: object, done: string): Promise<RequestError | null> {
    this.state.set({ isSending: true, problem: '' });
    const turn = this.turn;
    try {
      this.take(await sendJson<LaterTruthDocument>('POST', path, body, this.session.boot.csrf));
      const isAskedMeanwhile = this.turn !== turn;
      this.turn += 1;
      if (isAskedMeanwhile) void this.load();
      this.session.announce(done);
      return null;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.state.set({ problem: error.text });
      return error;
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
