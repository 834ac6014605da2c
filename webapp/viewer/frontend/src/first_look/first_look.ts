/**
 * The look before the model, where chance has drawn the case: the reader's answers, their lock, and the way to the model without one.
 * The server gives nothing of the model out before; this only asks, and says what has come of it.
 */
import type { AskedFinding, FirstLookDocument, FirstLookRow } from '../api/schema';
import { RequestError, getJson, postJson } from '../api/request';
import type { ImageSize, PixelBox } from '../geometry/pixel_box';
import { centreBox, movedBox, resizedBox } from '../geometry/pixel_box';
import { ownKey } from '../keys/own_keys';
import { createStore } from '../state/store';
import type { ViewportController } from '../viewport/controller';
import type { LookAnswer, LookAnswers, Says } from './look_answers';
import { SAYS_TITLES, bodyOf, nextOpen, stillOpen, withRestAbsent, withSays } from './look_answers';
import type { LookDrafts } from './look_draft';

export interface FirstLookState {
  readonly document: FirstLookDocument;
  readonly answers: LookAnswers;
  readonly selected: string | null;
  readonly isSending: boolean;
  /** Why it is not locked, in the server's words; null while nothing is wrong. */
  readonly problem: string | null;
  /** The reasons for seeing the model without an answer are offered. */
  readonly isShowAsked: boolean;
}

export interface LookOptions {
  readonly document: FirstLookDocument;
  readonly reader: string;
  readonly size: ImageSize;
  readonly csrf: string;
  readonly controller: Pick<ViewportController, 'placeDraftBox' | 'chooseTool' | 'panBy' | 'view'>;
  readonly announce: (text: string) => void;
  /** Says so, where the case cannot be seen, or another image is in its place; isWhole: a preview is not enough. */
  readonly isImageMissing: (isWhole: boolean) => boolean;
  /** A box is about to be drawn. */
  readonly onDraw: () => void;
  /** Something was answered, that undo takes back. */
  readonly onChange?: () => void;
  /** The model is open to the reader now; gives what is seen of it, in words. */
  readonly onOpen: () => Promise<string>;
}

export const UNKEPT = 'this browser keeps no drafts: lock before you close or reload the page';
export const ANSWER_FIRST = 'your look first: the model is shown after your answer';

interface SentWords {
  readonly taken: string;
  /** What to do where the server was not reached. */
  readonly again: string;
}
const locked = (): SentWords => ({
  taken: 'your answer is locked',
  again: `your answers are kept, ${ownKey('submit', 'Enter') || 'the button'} tries again`,
});
const SHOWN: SentWords = {
  taken: 'it is recorded that you asked for the model',
  again: 'choose the reason again to see the model',
};

/** Refusals by which no look is asked any more: the model is open. */
const OVER = ['already_locked', 'not_asked'];

export class FirstLook {
  readonly state;
  private key: string;
  private isKept = true;
  /** What was answered before each change of this page, oldest first. */
  private readonly past: LookAnswers[] = [];

  constructor(
    private readonly options: LookOptions,
    private readonly drafts: LookDrafts,
  ) {
    const draft = options.document.state === 'waiting' ? drafts.read() : null;
    this.key = draft?.key ?? crypto.randomUUID();
    const asked = options.document.findings;
    const known = Object.entries(draft?.answers ?? {}).filter(([key]) => asked.some((one) => one.key === key));
    const answers: LookAnswers = Object.fromEntries(known);
    this.state = createStore<FirstLookState>({
      document: options.document,
      answers,
      selected: nextOpen(answers, asked, null) ?? asked[0]?.key ?? null,
      isSending: false,
      problem: null,
      isShowAsked: false,
    });
  }

  isWaiting(): boolean {
    return this.state.get().document.state === 'waiting';
  }

  /** Something is answered that is lost when the case is left. */
  isUnkept(): boolean {
    return this.isWaiting() && !this.isKept && Object.keys(this.state.get().answers).length > 0;
  }

  asked(): readonly AskedFinding[] {
    return this.state.get().document.findings;
  }

  /** The own look, once it is over. */
  own(): FirstLookRow | null {
    return this.state.get().document.looks.find((look) => look.is_mine) ?? null;
  }

  selected(): LookAnswer | null {
    const { answers, selected } = this.state.get();
    return selected ? (answers[selected] ?? null) : null;
  }

  select(key: string): void {
    this.state.set({ selected: key });
    this.options.controller.placeDraftBox(this.selected()?.box ?? null);
    this.options.announce(`finding ${this.titleOf(key)}`);
  }

  selectBy(step: number): void {
    const asked = this.asked();
    const now = asked.findIndex(({ key }) => key === this.state.get().selected);
    const next = asked[(now + step + asked.length) % asked.length];
    if (next) this.select(next.key);
  }

  /** Says it of a finding. Present stays there, for a box; the others lead on to the next that is open. */
  say(key: string | null, says: Says): void {
    if (!key) return;
    if (!this.change(withSays(this.state.get().answers, key, says))) return;
    const after = says === 'present' ? key : (nextOpen(this.state.get().answers, this.asked(), key) ?? key);
    this.state.set({ selected: after });
    this.options.controller.placeDraftBox(this.selected()?.box ?? null);
    this.options.announce(`${this.titleOf(key)} ${SAYS_TITLES[says]}; ${this.openWords()}`);
  }

  sayRestAbsent(): void {
    if (!this.change(withRestAbsent(this.state.get().answers, this.asked()))) return;
    this.options.announce(`the rest absent; ${this.openWords()}`);
  }

  /** False where the look cannot be changed now: the change can be taken back later. */
  undo(): boolean {
    const before = this.past.at(-1);
    if (!before) {
      this.options.announce('nothing of this look was changed on this page');
      return true;
    }
    if (!this.change(before, true)) return false;
    this.past.splice(-2);
    this.options.controller.placeDraftBox(this.selected()?.box ?? null);
    this.options.announce(`the last change is taken back; ${this.openWords()}`);
    return true;
  }

  setConfidence(confidence: number): void {
    this.changeSelected({ confidence });
  }

  /** The box of the chosen finding, as drawn or moved. */
  setBox(box: PixelBox | null): void {
    if (this.selected()?.says === 'present' && this.changeSelected({ box })) return;
    this.options.controller.placeDraftBox(this.selected()?.box ?? null);
  }

  /** B: draw with the left button; B again places a box in the centre for the keyboard. */
  drawBox(): void {
    const { controller, announce, size } = this.options;
    if (this.selected()?.says !== 'present') return announce('a box is where a finding is present: say so first');
    if (controller.view.get().tool !== 'box') {
      this.options.onDraw();
      controller.chooseTool('box');
      return announce(`draw a box; ${ownKey('box', 'B') || 'the button'} again places one in the centre; arrows move it, alt and arrows resize it`);
    }
    this.putBox(centreBox(size));
  }

  putBox(box: PixelBox | null): void {
    this.setBox(box);
    this.options.controller.placeDraftBox(this.selected()?.box ?? null);
  }

  /** Arrow keys: the box of the chosen finding when there is one, otherwise the picture. */
  nudge(dx: number, dy: number, isResize: boolean, step: number): void {
    const box = this.selected()?.box;
    if (!box) return this.options.controller.panBy(-dx * step * 10, -dy * step * 10);
    this.putBox((isResize ? resizedBox : movedBox)(box, dx * step, dy * step, this.options.size));
  }

  /** Locks the answers; the model comes with the server's receipt, never before. */
  async lock(): Promise<void> {
    const open = stillOpen(this.state.get().answers, this.asked());
    if (open.length) return this.options.announce(this.openWords());
    if (this.options.isImageMissing(true)) return;
    const body = { answers: bodyOf(this.state.get().answers, this.asked()) };
    await this.send(this.state.get().document.url, body, locked());
  }

  askToShow(isShowAsked: boolean): void {
    this.state.set({ isShowAsked });
  }

  async showModel(reason: string): Promise<void> {
    await this.send(this.state.get().document.show_url, { reason }, SHOWN);
  }

  /** Whether it still waits: a manager's ends with a colleague's look. Without an answer of the server it waits on. */
  async askAgain(): Promise<void> {
    const document = await getJson<FirstLookDocument>(this.state.get().document.url).catch(() => null);
    if (document && document.state !== 'waiting' && this.isWaiting() && !this.state.get().isSending) void this.opened(document);
  }

  /** What still keeps the answers from being locked. */
  openWords(): string {
    const open = stillOpen(this.state.get().answers, this.asked());
    return open.length ? `still open: ${open.map(({ title }) => title).join(', ')}` : 'Enter locks your answers';
  }

  private async send(path: string, body: object, words: SentWords): Promise<void> {
    const { isSending } = this.state.get();
    if (isSending || !this.isWaiting()) return;
    this.state.set({ isSending: true, problem: null });
    const { csrf, reader, announce } = this.options;
    try {
      const sent = { ...body, idempotency_key: this.key, reader };
      const seen = this.opened(await postJson<FirstLookDocument>(path, sent, csrf));
      announce(words.taken);
      announce(`${words.taken}; ${await seen}`);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (OVER.includes(error.code)) void this.opened(await this.documentNow());
      else this.state.set({ problem: error.status === 0 ? `${error.text}: ${words.again}` : error.text });
      announce(error.text);
    } finally {
      this.state.set({ isSending: false });
    }
  }

  /** What the server holds of a look that is over. */
  private documentNow(): Promise<FirstLookDocument> {
    const { document } = this.state.get();
    return getJson<FirstLookDocument>(document.url).catch(() => ({ ...document, state: 'open' }));
  }

  private opened(document: FirstLookDocument): Promise<string> {
    this.drafts.drop();
    this.state.set({ document, isShowAsked: false });
    const { controller, onOpen } = this.options;
    controller.placeDraftBox(null);
    if (controller.view.get().tool === 'box') controller.chooseTool('window');
    return onOpen();
  }

  /** False while the answers are on their way, for what is locked must be what is shown; and while the case is not seen. */
  private change(answers: LookAnswers, isUndo = false): boolean {
    if (this.options.isImageMissing(false)) return false;
    if (this.state.get().isSending) {
      this.options.announce('your answers are being sent: nothing is changed');
      return false;
    }
    this.isKept = this.drafts.keep({ answers, key: this.key });
    const problem = this.isKept ? null : UNKEPT;
    this.past.push(this.state.get().answers);
    if (!isUndo) this.options.onChange?.();
    this.state.set({ answers, problem });
    return true;
  }

  private changeSelected(change: Partial<LookAnswer>): boolean {
    const { selected, answers } = this.state.get();
    const before = this.selected();
    return !!selected && !!before && this.change({ ...answers, [selected]: { ...before, ...change } });
  }

  private titleOf(key: string): string {
    return this.asked().find((one) => one.key === key)?.title ?? key.replaceAll('_', ' ');
  }
}
