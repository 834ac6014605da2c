/** One assignment being read: the picture, the answer with its undo, the draft on its way, the clock, the model's layers. */
import { RequestError } from '../api/request';
import type { PixelBox } from '../geometry/pixel_box';
import { centreBox, movedBox, resizedBox } from '../geometry/pixel_box';
import type { MapKind } from '../api/documents';
import type { Store } from '../state/store';
import { createStore } from '../state/store';
import { ViewportController } from '../viewport/controller';
import { toggleEnhanced } from '../viewport/enhanced';
import {
  boxOf,
  codingOf,
  emptyBody,
  missingIn,
  withAnswer,
  withCoding,
  withMark,
  withRating,
  withoutMark,
} from './answer_body';
import type { CaseState } from './case_state';
import { START } from './case_state';
import type {
  AnswerBody,
  Assignment,
  Coding,
  FindingAnswer,
  QuestionAnswer,
  Receipt,
  StudyMark,
} from './documents';
import type { DraftStorage } from './draft_storage';
import { DraftSync } from './draft_sync';
import type { History } from './history';
import { advanced, amended, redone, startOf, undone } from './history';
import { ReadingClock } from './reading_clock';
import type { StudyApi } from './study_api';
import { Submission } from './submission';

export interface CaseOptions {
  readonly assignment: Assignment;
  readonly api: StudyApi;
  readonly storage: DraftStorage;
  readonly undoMs: number;
  readonly announce: (text: string) => void;
  readonly onLocked: (receipt: Receipt) => void;
}

export class CaseReading {
  readonly controller: ViewportController;
  readonly sync: DraftSync;
  readonly history: Store<History<AnswerBody>>;
  readonly state = createStore<CaseState>(START);
  readonly submission: Submission;
  private readonly clock: ReadingClock;
  private readonly retry = (): void => {
    void this.sync.retry();
    if (this.state.get().aiProblem) void this.reveal();
  };

  constructor(private readonly options: CaseOptions) {
    const { assignment, api, storage } = options;
    const start = assignment.draft?.body ?? emptyBody(assignment.form);
    this.history = createStore(startOf(start));
    this.clock = new ReadingClock((events) => api.events(assignment.id, events), start.active_ms ?? 0);
    this.controller = new ViewportController({
      imageId: `${assignment.id}-${assignment.stage}`,
      headerPath: assignment.urls.header,
      framePath: assignment.urls.frame,
      announce: options.announce,
      onDraftBox: (box) => this.drawn(box),
    });
    this.sync = new DraftSync({
      id: `${assignment.id}/${assignment.stage}`,
      storage,
      send: (base, item) => api.saveDraft(assignment.id, assignment.stage, base, item),
    });
    this.submission = new Submission({
      undoMs: options.undoMs,
      sync: this.sync,
      announce: options.announce,
      body: () => ({ ...this.body, active_ms: this.clock.activeMs }),
      send: (body, key) => {
        this.clock.events.add('lock');
        void this.clock.events.flush();
        return api.lock(assignment.id, assignment.stage, body, key);
      },
      onReceipt: (receipt) => this.locked(receipt),
    });
    this.state.set({
      finding: assignment.form.findings[0]?.code ?? null,
      item: assignment.items?.[0]?.id ?? null,
      isPaused: assignment.paused,
    });
  }

  get assignment(): Assignment {
    return this.options.assignment;
  }

  get body(): AnswerBody {
    return this.history.get().now;
  }

  /** Restores what was left behind, asks for the model's layers where they may be seen, starts the clock. */
  async open(): Promise<void> {
    this.clock.watch(this.controller);
    window.addEventListener('online', this.retry);
    const left = await this.sync.open(this.assignment.draft);
    if (left) this.history.set(startOf(left));
    if (this.assignment.has_ai) await this.reveal();
  }

  close(): void {
    window.removeEventListener('online', this.retry);
    this.submission.stop();
    this.clock.stop();
    this.sync.close();
    this.controller.destroy();
  }

  say(text: string): void {
    this.options.announce(text);
  }

  // --- the answer ---------------------------------------------------------------------------------------------

  rate(finding: string, change: Partial<FindingAnswer>): void {
    this.state.set({ finding });
    this.put(withRating(this.body, finding, change));
    this.clock.events.add('rating', { finding, ...change });
  }

  reply(question: string, value: QuestionAnswer | null): void {
    this.put(withAnswer(this.body, question, value));
  }

  comment(text: string): void {
    this.put({ ...this.body, comment: text });
  }

  inadequate(reason: string): void {
    this.put({ ...this.body, inadequate: reason });
  }

  code(item: string, change: Partial<Coding>): void {
    const outcome = this.assignment.items?.find((own) => own.id === item)?.outcome ?? '';
    this.put(withCoding(this.body, { ...codingOf(this.body, item, outcome), ...change, item }));
  }

  undo(): void {
    if (this.submission.state.get().at !== null) return this.submission.takeBack();
    this.travel(undone(this.history.get()), 'nothing to undo');
  }

  redo(): void {
    this.travel(redone(this.history.get()), 'nothing to redo');
  }

  selectFinding(step: number): void {
    const codes = this.assignment.form.findings.map((finding) => finding.code);
    const now = codes.indexOf(this.state.get().finding ?? '');
    const finding = codes[(now + step + codes.length) % codes.length];
    if (finding) this.state.set({ finding });
  }

  // --- marks --------------------------------------------------------------------------------------------------

  selectMark(key: string | null): void {
    const mark = this.body.marks.find((own) => own.key === key);
    this.state.set({ mark: mark?.key ?? null, ...(mark ? { finding: mark.finding } : {}) });
    this.controller.placeDraftBox(mark ? boxOf(mark) : null);
  }

  changeMark(mark: StudyMark): void {
    this.put(withMark(this.body, mark));
    this.clock.events.add('mark', { key: mark.key, finding: mark.finding });
  }

  removeMark(key: string | null): void {
    if (!key) return;
    this.put(withoutMark(this.body, key));
    this.selectMark(null);
    this.options.announce('mark removed');
  }

  /** B: draw with the left button; B again places a box in the centre for the keyboard. */
  drawBox(): void {
    if (!this.allows('box')) return this.options.announce('this study takes no boxes');
    if (this.controller.view.get().tool !== 'box') {
      this.selectMark(null);
      this.state.set({ isPointing: false });
      this.controller.chooseTool('box');
      return this.options.announce('draw a box; B again places one in the centre; arrows move it');
    }
    void this.controller.header.then((header) => {
      const box = centreBox(header);
      this.drawn(box);
      this.controller.placeDraftBox(box);
    });
  }

  /** P: the next click on the picture places a point. */
  pointTool(): void {
    if (!this.allows('point')) return this.options.announce('this study takes no points');
    this.controller.chooseTool('window');
    this.state.set({ isPointing: !this.state.get().isPointing });
  }

  placePoint(x: number, y: number): void {
    const { finding } = this.state.get();
    if (!finding || this.isReadOnly) return;
    const mark = this.newMark('point', finding, { x, y, w: 0, h: 0 });
    this.changeMark(mark);
    this.state.set({ isPointing: false, mark: mark.key });
    this.options.announce('point placed: give it a confidence');
  }

  nudge(dx: number, dy: number, isResize: boolean, step: number): void {
    const mark = this.body.marks.find((own) => own.key === this.state.get().mark);
    const box = mark && boxOf(mark);
    if (!mark || this.isReadOnly) return this.controller.panBy(-dx * step * 10, -dy * step * 10);
    void this.controller.header.then((header) => {
      if (box) {
        const moved = (isResize ? resizedBox : movedBox)(box, dx * step, dy * step, header);
        this.changeMark({ ...mark, ...moved });
        this.controller.placeDraftBox(moved);
      } else {
        const x = Math.min(Math.max(mark.x + dx * step, 0), header.columns);
        const y = Math.min(Math.max(mark.y + dy * step, 0), header.rows);
        this.changeMark({ ...mark, x, y });
      }
    });
  }

  // --- submitting ---------------------------------------------------------------------------------------------

  lacks(): string[] {
    // An aided answer without the model's output would be an answer of another arm.
    const lacksAi = this.assignment.has_ai && !this.state.get().ai;
    return [...(lacksAi ? ['the model output'] : []), ...missingIn(this.body, this.assignment)];
  }

  /** One key; for some seconds it can be taken back. */
  submit(): void {
    if (this.isReadOnly) return;
    if (this.controller.view.get().status === 'error') {
      return this.options.announce('no answer without the image: it could not be shown');
    }
    const lacks = this.lacks();
    if (lacks.length) return this.options.announce(`still needed: ${lacks.join(', ')}`);
    if (this.sync.state.get().halt === 'conflict') return this.options.announce('choose one of the two versions first');
    this.controller.placeDraftBox(null);
    this.submission.start();
  }

  private async locked(receipt: Receipt): Promise<void> {
    const { assignment, api, onLocked } = this.options;
    if (assignment.role === 'training') {
      this.state.set({ feedback: await api.feedback(assignment.id).catch(() => null) });
    }
    // Feedback stays on the screen until the reader goes on.
    if (!this.state.get().feedback || receipt.next_stage) onLocked(receipt);
  }

  // --- the model's layers -------------------------------------------------------------------------------------

  /** Asks for the model's answer; before the server allows it this is never called. */
  async reveal(): Promise<void> {
    try {
      const ai = await this.options.api.ai(this.assignment.id);
      this.state.set({ ai, aiProblem: null });
      this.options.announce(ai.state === 'abstained' ? 'the model gave no answer' : 'model output shown');
    } catch (error) {
      const aiProblem = error instanceof RequestError ? error.text : 'it could not be loaded';
      this.state.set({ aiProblem });
      this.options.announce(`no model output yet: ${aiProblem}`);
    }
  }

  toggleMap(kind: MapKind): void {
    const { mapKind, ai } = this.state.get();
    if (!ai?.maps?.some((map) => map.kind === kind)) return this.options.announce('no map of this kind in this part');
    this.overlay({ mapKind: mapKind === kind ? null : kind });
  }

  /** Local contrast, where the protocol allows it; the server gives no such picture elsewhere. */
  enhance(): void {
    if (!this.assignment.form.enhanced) return this.options.announce('this study allows no enhanced picture');
    void toggleEnhanced(this.controller, this.options.announce);
  }

  toggleBoxes(): void {
    this.overlay({ areBoxesShown: !this.state.get().areBoxesShown });
  }

  toggleAi(): void {
    this.overlay({ isAiVisible: !this.state.get().isAiVisible });
  }

  /** Boxes and maps are off until asked for; every change is logged (studies_methods.md §15). */
  private overlay(change: Partial<Pick<CaseState, 'mapKind' | 'areBoxesShown' | 'isAiVisible'>>): void {
    this.state.set(change);
    this.clock.events.add('overlay', change);
  }

  // --- pausing, tabs ------------------------------------------------------------------------------------------

  async togglePause(): Promise<void> {
    const isPaused = !this.state.get().isPaused;
    this.state.set({ isPaused });
    this.clock.pause(isPaused);
    await this.options.api.pause(this.assignment.id, isPaused).catch(() => undefined);
  }

  get isReadOnly(): boolean {
    const { isPaused } = this.state.get();
    const { at, isLocking, receipt } = this.submission.state.get();
    const { halt } = this.sync.state.get();
    return isPaused || isLocking || receipt !== null || at !== null || halt === 'other_tab' || halt === 'locked';
  }

  escape(): void {
    if (this.submission.state.get().at !== null) return this.submission.takeBack();
    if (this.state.get().isPointing) this.state.set({ isPointing: false });
    else if (this.controller.view.get().tool !== 'window') this.controller.chooseTool('window');
    else this.selectMark(null);
  }

  async settle(choice: 'mine' | 'theirs'): Promise<void> {
    const body = await this.sync.resolve(choice);
    if (body) this.history.set(advanced(this.history.get(), body));
    this.selectMark(null);
  }

  private allows(shape: 'box' | 'point'): boolean {
    return this.assignment.stage === 'coding' ? shape === 'box' : this.assignment.form.marks.includes(shape);
  }

  /** The drawing tool reports a box: a new mark, or a change of the chosen one. In coding it is the region of the item. */
  private drawn(box: PixelBox | null): void {
    const { item, finding, mark: chosen } = this.state.get();
    if (this.isReadOnly || !box) return;
    if (this.assignment.stage === 'coding') {
      if (item) this.code(item, { region: box });
      return;
    }
    if (!finding) return;
    const known = this.body.marks.find((own) => own.key === chosen && own.shape === 'box');
    if (known) {
      // A drag reports every move: one step of undo for the whole of it.
      this.put(withMark(this.body, { ...known, ...box }), true);
      return;
    }
    const mark = this.newMark('box', finding, box);
    this.changeMark(mark);
    this.state.set({ mark: mark.key });
    this.controller.chooseTool('window');
  }

  private newMark(
    shape: StudyMark['shape'],
    finding: string,
    place: Pick<StudyMark, 'x' | 'y' | 'w' | 'h'>,
  ): StudyMark {
    return { key: crypto.randomUUID(), finding, shape, rating: null, first_drawn_ms: this.clock.sinceOpening(), ...place };
  }

  private put(body: AnswerBody, isSameStep = false): void {
    if (this.isReadOnly) return this.options.announce('this answer cannot be changed now');
    const timed = { ...body, active_ms: this.clock.activeMs };
    const history = this.history.get();
    this.history.set(isSameStep ? amended(history, timed) : advanced(history, timed));
    void this.sync.change(timed);
  }

  private travel(to: History<AnswerBody> | null, nothing: string): void {
    if (!to || this.isReadOnly) return this.options.announce(nothing);
    this.history.set(to);
    void this.sync.change({ ...to.now, active_ms: this.clock.activeMs });
    this.selectMark(null);
  }
}
