/** One image being read: the view, the model's results, the reader's answers, and the verbs that keys and buttons share. Ends with close. */
import type { FindingDocument, PredictionDocument, Verdict } from '../api/documents';
import type { Boot } from '../boot';
import type { FirstLook } from '../first_look/first_look';
import { ANSWER_FIRST } from '../first_look/first_look';
import { firstLookOf } from '../first_look/look_of_case';
import type { ImagePoint } from '../geometry/pixels';
import type { PixelBox } from '../geometry/pixel_box';
import { laterTruthOf } from '../later/later_truth';
import { ownKey } from '../keys/own_keys';
import type { FailureForm } from '../reviews/failure_form';
import { emptyForm, formOf, missing } from '../reviews/failure_form';
import { atPlace } from '../reviews/form_place';
import { DraftMarks } from '../reviews/draft_marks';
import { changedByReader } from '../reviews/site_proposal';
import type { Store } from '../state/store';
import { createStore } from '../state/store';
import { ViewportController } from '../viewport/controller';
import { choosePreset, openingPreset } from '../viewport/presets';
import { whyNoAnswer } from '../viewport/view_state';
import type { PanelState } from './panel_state';
import { INITIAL_PANEL, isAiShown, isLookingFirst, saysPresent } from './panel_state';
import type { PredictionsState } from './predictions_feed';
import { PredictionsFeed, isPending, shownPrediction } from './predictions_feed';
import type { PageParts } from './page_parts';
import { ProposedSites, proposedForm } from './proposed_sites';
import { ReviewsDesk } from './reviews_desk';
import type { Answer } from './reviews_state';
import { answerNoCall, mayGiveAgain, openMark } from './state_answers';
import { lookOf } from './case_look';
import type { SittingChoices } from './sitting';
import { keptPreset, ofView } from './sitting';
import { keepChoices, panelChoices } from './sitting_panel';
import { UndoStack } from './undo_stack';

export class ReadingSession {
  readonly panel: Store<PanelState>;
  readonly controller: ViewportController;
  readonly predictions: PredictionsFeed;
  readonly desk: ReviewsDesk;
  readonly drafts: DraftMarks;
  readonly proposedSites: ProposedSites;
  readonly sitting: PageParts['sitting'];
  readonly sheet: PageParts['sheet'];
  readonly scheme: PageParts['scheme'];
  readonly undoStack = new UndoStack();
  /** The look before the model; null where a reader study hides the image. */
  readonly firstLook: FirstLook | null;
  /** Where the pointer is over the picture. */
  pointed: ImagePoint | null = null;
  /** Kept marks are opened once: one that the reader closes stays closed. */
  private isDraftOpened = false;
  private areDraftsRead = false;
  private isLeaveAsked = false;
  private isUnkeptTold = false;
  private readonly stops: (() => void)[] = [];

  constructor(
    readonly boot: Boot,
    readonly page: PageParts,
  ) {
    const { sitting } = page;
    ({ sitting: this.sitting, sheet: this.sheet, scheme: this.scheme } = page);
    // Before anything is drawn: what was switched off must not flash up.
    this.panel = createStore<PanelState>({
      ...INITIAL_PANEL,
      ...panelChoices(sitting.choices()),
      isLookFirst: boot.user.look_first || boot.image.look_first_project !== '',
      isRevealed: ['answered', 'shown'].includes(boot.answer_first?.state ?? ''),
    });
    const announce = (text: string): void => this.announce(text);
    this.controller = new ViewportController({
      imageId: boot.image.id,
      headerPath: boot.urls.header,
      framePath: boot.urls.frame,
      announce,
      screen: page.screen,
      film: page.film(boot.image.id),
      hasPreview: true,
      onDraftBox: (box) => {
        if (this.firstLook?.isWaiting()) this.firstLook.setBox(box);
        else if (!laterTruthOf(this).takeBox(box)) this.changeForm({ box });
      },
      opening: (header) => openingPreset(header, lookOf(sitting.choices(), boot.hanging).preset, announce),
      onWheelStep: (step) => page.go(step),
      onPreset: (preset) => this.keep(ofView(boot.hanging.view, { preset: keptPreset(preset) })),
    });
    this.drafts = new DraftMarks(page.drafts, { reader: boot.user.username, image: boot.image.id });
    this.predictions = new PredictionsFeed(boot.urls.predictions, boot.csrf, (before, after) =>
      this.tellChange(before, after),
    );
    this.desk = new ReviewsDesk(
      {
        image: boot.image.id,
        reader: boot.user.username,
        path: boot.urls.reviews,
        shown: () => this.shown(),
        announce,
        onStep: () => this.undoStack.push({ undo: () => void this.undoAnswer(), redo: null }),
      },
      page.outbox,
    );
    this.proposedSites = new ProposedSites(boot.urls.site_proposals, boot.image);
    this.firstLook = firstLookOf(this);
  }

  async open(): Promise<void> {
    this.stops.push(
      keepChoices(this),
      this.desk.state.subscribe(() => this.revealWhenAnswered()),
      this.desk.outbox.state.subscribe(() => this.revealWhenAnswered()),
    );
    const { remarks } = this.boot.hanging;
    const untold = remarks.length ? this.sitting.untold(remarks) : [];
    if (untold.length) this.announce(untold.join('; '));
    void this.desk.open();
    void this.drafts.open().then(() => {
      this.areDraftsRead = true;
      this.openDraft();
    });
    const { view } = this.controller;
    this.stops.push(view.subscribe(() => view.get().status === 'ready' && void this.loadProposals()));
    const stop = view.subscribe(() => {
      if (view.get().status === 'loading') return;
      stop();
      // A draft may have been opened before there was a picture to draw its box on.
      const { form } = this.panel.get();
      this.controller.placeDraftBox((this.firstLook?.isWaiting() ? this.firstLook.selected()?.box : form?.box) ?? null);
    });
    await this.predictions.refresh();
  }

  /** Asks again for what the server holds about the case: it has changed there. */
  refresh(): void {
    if (this.firstLook?.isWaiting()) return void this.firstLook.askAgain();
    void this.predictions.refresh();
    void this.desk.load();
  }

  /** The case is left: nothing of it listens, asks or draws any more. Answers that wait are sent all the same. */
  close(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.predictions.stop();
    this.desk.close();
    this.controller.destroy();
  }

  announce(text: string): void {
    this.panel.set({ announcement: text });
  }

  /** Nothing while the look waits, whatever has come meanwhile. */
  shown(): PredictionDocument | null {
    if (this.firstLook?.isWaiting()) return null;
    return shownPrediction(this.predictions.state.get().items);
  }

  findings(): readonly FindingDocument[] {
    const shown = this.shown();
    return shown?.state === 'succeeded' ? shown.findings : [];
  }

  selected(): FindingDocument | null {
    const { selected } = this.panel.get();
    return this.findings().find((finding) => finding.key === selected) ?? null;
  }

  select(key: string): void {
    if (this.panel.get().selected === key) return;
    this.panel.set({ selected: key });
    const finding = this.selected();
    if (finding) this.announce(`finding ${finding.title}`);
  }

  selectBy(step: number): void {
    const findings = this.findings();
    const now = findings.findIndex((finding) => finding.key === this.panel.get().selected);
    const next = findings[(now + step + findings.length) % findings.length];
    if (next) this.select(next.key);
  }

  toggleAi(): void {
    if (this.firstLook?.isWaiting()) return this.announce(ANSWER_FIRST);
    const isAiVisible = !isAiShown(this.panel.get());
    this.panel.set(isAiVisible ? { isAiVisible, isRevealed: true } : { isAiVisible });
    if (isAiVisible) this.openDraft();
    this.announce(isAiVisible ? 'the model is shown' : `the model is hidden, ${this.hiddenWhere()}`);
  }

  /** How far hiding reaches, as the browser has taken it. */
  hiddenWhere(): string {
    return this.isUnkeptTold ? 'on this page only' : 'in the next cases too';
  }

  holdAi(isAiHeld: boolean): void {
    this.panel.set({ isAiHeld });
  }

  choosePreset(key: number): Promise<void> {
    return choosePreset(this.controller, key);
  }

  /** Keeps choices for the sitting; says once when the browser does not. */
  keep(change: Partial<SittingChoices>): void {
    if (this.sitting.keep(change) || this.isUnkeptTold) return;
    this.isUnkeptTold = true;
    this.announce('this browser keeps no choices: they hold for this page only');
  }

  /** With the finding, or with the refusal to answer it. */
  agree(key: string): void {
    if (this.isAiUnseen() || answerNoCall(this, key, 'refusal_right')) return;
    const own = this.own(key);
    this.judge(key, 'agree', own?.verdict === 'agree' ? own.confidence : null);
  }

  judge(key: string, verdict: Verdict, confidence: number | null): void {
    const bundle = this.shown()?.bundle;
    if (!bundle || this.isImageMissing()) return;
    this.select(key);
    this.closeForm();
    const own = this.own(key);
    if (own?.verdict === verdict && own.confidence === confidence) return this.announce(this.givenWords(own));
    void this.desk.judge({ bundle, finding: key, verdict, confidence }).then(() => this.drafts.discard(bundle, key));
  }

  /** The own answer on what the shown model says of a finding. */
  private own(key: string): Answer | null {
    return this.desk.own(key, this.shown()?.bundle ?? '');
  }

  private givenWords(own: Answer | null): string {
    return own?.isWaiting ? 'already given: it waits to be sent' : 'already saved';
  }

  /** What disagreeing means for this finding: the model's yes is a false positive, its no a false negative, at `missed` if told. */
  disagree(missed: PixelBox | null = null): void {
    if (this.isAiUnseen()) return;
    const finding = this.selected();
    if (!finding || answerNoCall(this, finding.key, 'refusal_wrong')) return;
    if (saysPresent(finding)) this.openForm(finding.key, 'false_positive');
    else this.openForm(finding.key, 'false_negative', missed);
  }

  /** place: the box of the model, or the point, that the form is opened at. */
  openForm(key: string, verdict: Verdict, place: PixelBox | null = null): void {
    const bundle = this.shown()?.bundle;
    if (!bundle || this.isImageMissing(false) || this.isAiUnseen()) return;
    this.select(key);
    const own = this.own(key);
    const kept = this.drafts.find(bundle, key, verdict);
    const given = own?.verdict === verdict ? formOf(own) : emptyForm(bundle, key, verdict);
    const form = proposedForm(this, atPlace(kept ? { ...kept.form, bundle, keptAt: kept.keptAt } : given, place));
    this.panel.set({ form, formRow: null, isRowOpen: false, isFormBeside: true });
    this.sheet.showForm();
    this.controller.placeDraftBox(form.box);
  }

  /** Looking first ends with an own answer on what this model says. */
  private revealWhenAnswered(): void {
    const bundle = this.shown()?.bundle;
    if (!bundle || !isLookingFirst(this.panel.get())) return;
    if (this.desk.answers().some((answer) => answer.isMine && answer.bundle === bundle && !answer.term)) {
      this.panel.set({ isRevealed: true });
      this.openDraft();
    }
  }

  /** Nobody agrees or disagrees with what is not shown; and one key shows it, not any that happens to be pressed. */
  isAiUnseen(): boolean {
    if (this.firstLook?.isWaiting()) {
      this.announce(ANSWER_FIRST);
      return true;
    }
    const isUnseen = !isAiShown(this.panel.get());
    if (isUnseen) this.announce(`what the model says is hidden: ${ownKey('layer', 'O') || 'its button'} shows it`);
    return isUnseen;
  }

  /** Nobody judges an image that could not be shown, or is not whole yet. */
  isImageMissing(isWhole = true): boolean {
    const why = whyNoAnswer(this.controller.view.get(), isWhole) ?? this.page.priors.whyNoAnswer();
    if (why) this.announce(why);
    return why !== null;
  }

  changeForm(change: Partial<FailureForm>): void {
    this.isLeaveAsked = false;
    const { form } = this.panel.get();
    if (!form) return;
    const changed = proposedForm(this, changedByReader(form, change));
    this.panel.set({ form: changed });
    void this.drafts.keep(changed, form.bundle);
  }

  /** After the picture. A form that is open by then gets its proposal, too. */
  private async loadProposals(): Promise<void> {
    const isNew = await this.proposedSites.load();
    const { form } = this.panel.get();
    if (isNew && form) this.panel.set({ form: proposedForm(this, form) });
  }

  /** The newest mark that was left half-filled on this image and model, in its place; not before the model is shown, whose call it tells. */
  private openDraft(): void {
    const draft = this.drafts.newest(this.shown()?.bundle ?? '');
    if (!this.areDraftsRead || this.isDraftOpened || !this.shown()?.bundle || !isAiShown(this.panel.get())) return;
    this.isDraftOpened = true;
    if (draft && !this.panel.get().form) openMark(this, draft);
  }

  /** Throws the half-filled mark away. */
  async discardForm(): Promise<void> {
    const { form } = this.panel.get();
    this.closeForm();
    if (!form) return;
    await this.drafts.discard(form.bundle, form.finding, form.verdict, form.replaces);
    this.announce('the draft is discarded');
  }

  /** What is half-filled stays as a draft. */
  closeForm(): void {
    this.panel.set({ form: null });
    this.controller.placeDraftBox(null);
    if (this.controller.view.get().tool === 'box') this.controller.chooseTool('window');
  }

  async saveForm(): Promise<void> {
    const { form } = this.panel.get();
    if (!form || (form.verdict !== 'missed_other' && this.isAiUnseen()) || this.isImageMissing()) return;
    const lacks = missing(form);
    if (lacks.length) return this.announce(`still needed: ${lacks.join(', ')}`);
    if (!form.isChanged) return this.announce(this.givenWords(this.desk.corrected(form)));
    this.closeForm();
    this.page.lastCoding.keep(form);
    await this.desk.saveForm(form);
    await this.drafts.discard(form.bundle, form.finding, null, form.replaces);
  }

  async undoAnswer(): Promise<void> {
    this.closeForm();
    const done = await this.desk.undo((answer) => mayGiveAgain(this, answer));
    this.announce(done ?? 'nothing was given on this page: “take back” stands at each answer of yours');
  }

  withdraw(answer: Answer): void {
    this.closeForm();
    void this.desk.withdraw(answer);
  }

  escape(): void {
    if (this.panel.get().isHeaderOpen) this.panel.set({ isHeaderOpen: false });
    else if (this.panel.get().isModelCardOpen) this.panel.set({ isModelCardOpen: false });
    else if (this.panel.get().isKeySheetOpen) this.panel.set({ isKeySheetOpen: false });
    else if (this.controller.view.get().tool !== 'window') this.controller.chooseTool('window');
    else if (this.panel.get().form) this.closeForm();
    else this.page.leave();
  }

  /** Whether the case may be left. A half filled mark is not thrown away without a word: the first time says so. */
  mayLeave(): boolean {
    if (!laterTruthOf(this).mayLeave()) return false;
    const { form } = this.panel.get();
    const isLookLost = this.firstLook?.isUnkept() ?? false;
    if (!(form?.isChanged || isLookLost) || this.isLeaveAsked) return true;
    this.isLeaveAsked = true;
    if (isLookLost) {
      this.announce('your look is not locked, and this browser keeps no drafts: the same key again leaves the case without it');
      return false;
    }
    const kept = this.drafts.state.get().problem ?? 'the same key again leaves the case, the draft stays';
    this.announce(`unsaved mark: ${ownKey('submit', 'Enter') || 'Save'} saves it; ${kept}`);
    return false;
  }

  private tellChange(before: PredictionsState, after: PredictionsState): void {
    const { selected } = this.panel.get();
    const findings = this.findings();
    if (!selected && findings.length) {
      const called = isAiShown(this.panel.get()) ? findings.find(({ decision }) => decision === 'positive') : undefined;
      const first = called ?? findings[0]; // while the model is hidden, which is chosen must not tell its call
      this.panel.set({ selected: first?.key ?? null });
    }
    this.revealWhenAnswered();
    this.openDraft();
    const was = before.items[0];
    const now = after.items[0];
    if (isPending(was) && now && !isPending(now)) this.announce(`model run ${now.state}`);
  }
}
