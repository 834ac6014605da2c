/** Giving, changing and withdrawing answers. Append-only: a change is a new answer that replaces the old one. */
import type { FailureAnswer, ReviewDocument, ReviewRequest, Verdict } from '../api/documents';
import { RequestError, getJson } from '../api/request';
import type { ReviewList } from '../api/schema';
import type { PixelBox } from '../geometry/pixel_box';
import type { FailureForm } from '../reviews/failure_form';
import { requestOf } from '../reviews/failure_form';
import { NAMED_IN_NOTE } from '../reviews/mark_form';
import type { Outbox } from '../reviews/outbox';
import type { QueuedReview } from '../reviews/outbox_storage';
import { createStore } from '../state/store';
import type { Answer } from './reviews_state';
import { allAnswers, currentAnswers, ownAnswer } from './reviews_state';

/** Said when the server has an answer of this case. */
export const SAVED = 'saved';

export interface ReviewsState {
  readonly saved: readonly ReviewDocument[];
  /** Whether the earlier answers have come: until then an answer that is not here may still be kept by the server. */
  readonly isListed: boolean;
  /** Why the earlier answers cannot be listed; null when they can. */
  readonly problem: string | null;
}

export interface DeskOptions {
  readonly image: string;
  readonly reader: string;
  readonly path: string;
  /** The result that is seen; null while there is none. */
  readonly shown: () => { readonly id: string; readonly bundle: string } | null;
  readonly announce: (text: string) => void;
  /** An answer was given, that undo takes back. */
  readonly onStep?: () => void;
}

interface Judgement {
  readonly bundle: string;
  readonly finding: string;
  readonly verdict: Verdict;
  readonly confidence: number | null;
  readonly term?: string | null;
  readonly box?: PixelBox | null;
  readonly failure?: FailureAnswer | null;
  readonly note?: string;
  /** Id of the answer that is meant: see corrected. */
  readonly replaces?: string | null;
}

/** What an answer speaks of. */
type Subject = Pick<Answer, 'bundle' | 'finding' | 'term'>;

/** One answer that was given: `before` stood until then, and `key` is that of what was given last in its place. */
interface Step extends Subject {
  readonly before: Answer | null;
  readonly isWithdrawal: boolean;
  key: string;
}

export class ReviewsDesk {
  readonly state = createStore<ReviewsState>({ saved: [], isListed: false, problem: null });
  /** What was given on this page, newest last. */
  private readonly given: Step[] = [];
  /** Key of an answer that was saved here -> its id. */
  private readonly ids = new Map<string, string>();
  /** The other way round. */
  private readonly keys = new Map<string, string>();
  private readonly stopListening: () => void;
  private isClosed = false;

  constructor(
    private readonly options: DeskOptions,
    readonly outbox: Outbox,
  ) {
    this.stopListening = outbox.onSaved((item, review) => {
      this.ids.set(item.key, review.id);
      this.keys.set(review.id, item.key);
      if (item.image !== options.image) return;
      this.keep(review);
      options.announce(SAVED);
    });
  }

  /** Lists earlier answers. */
  async open(): Promise<void> {
    await this.outbox.refresh();
    await this.load();
  }

  /** The case is left: what still comes for it changes nothing. */
  close(): void {
    this.isClosed = true;
    this.stopListening();
  }

  answers(): Answer[] {
    const isWaiting = (item: QueuedReview): boolean => item.image === this.options.image && !this.ids.has(item.key);
    const waiting = this.outbox.state.get().waiting.filter(isWaiting);
    return allAnswers(this.state.get().saved, waiting, this.options.reader);
  }

  /** One name from giving an answer here to its reload, so that its row, and the focus in it, outlives the acknowledgement. */
  rowOf({ id }: Answer): string {
    return this.keys.get(id) ?? id;
  }

  /** The own answer on what one model says: answers to two models are two answers. */
  own(finding: string, bundle: string, term?: string | null): Answer | null {
    return ownAnswer(this.answers(), finding, bundle, term ?? null);
  }

  /** An own answer that stands, by its id or by the key under which it was given here. */
  standing(id: string | null | undefined): Answer | null {
    if (!id) return null;
    const saved = this.ids.get(id);
    const isIt = (one: Answer): boolean => one.isMine && (one.id === id || one.id === saved);
    return currentAnswers(this.answers()).find(isIt) ?? null;
  }

  /** The own answer that one on this subject corrects. What a note names is one thing here and another there: only the answer that is meant. */
  corrected({ finding, bundle, term, replaces }: Subject & Pick<FailureForm, 'replaces'>): Answer | null {
    if (term !== NAMED_IN_NOTE) return this.own(finding, bundle, term);
    const meant = this.standing(replaces);
    return meant?.term === term && meant.bundle === bundle ? meant : null;
  }

  /** Answers without a form: agree, not there, cannot say, withdrawn. Returns the key. */
  async judge(judgement: Judgement, isStep = true): Promise<string> {
    const { bundle, finding, verdict, confidence } = judgement;
    const body = {
      bundle,
      finding,
      verdict,
      confidence,
      term: judgement.term ?? null,
      box: judgement.box ?? null,
      failure: judgement.failure ?? null,
      note: judgement.note ?? '',
    };
    const key = crypto.randomUUID();
    await this.queue({ ...body, replaces: judgement.replaces ?? null, idempotency_key: key }, isStep);
    return key;
  }

  async saveForm(form: FailureForm): Promise<void> {
    await this.queue(requestOf(form, form.bundle, form.replaces ?? null, crypto.randomUUID()));
  }

  /**
   * Takes back what was last given on this page: the answer before it is given again, or the finding has none again. Returns what
   * happened, null for nothing. What another tab or machine answered meanwhile is not touched; nor is anything where the answer before
   * can no longer be given (mayGiveAgain).
   */
  async undo(mayGiveAgain: (answer: Answer) => boolean = () => true): Promise<string | null> {
    const step = this.given.pop();
    if (!step) return null;
    const now = this.corrected({ ...step, replaces: step.key });
    const isGivenHere = step.isWithdrawal ? now === null : now?.id === step.key || now?.id === this.ids.get(step.key);
    const words = (step.term ?? step.finding).replaceAll('_', ' ');
    if (!isGivenHere) return `${words} was answered elsewhere meanwhile: nothing is taken back`;
    if (!step.before) {
      await this.withdraw({ ...step, id: now?.id }, false);
      return `answer on ${words} taken back: you have none on it`;
    }
    const { bundle, finding, term, verdict, confidence, failure, box, note } = step.before;
    if (!mayGiveAgain(step.before)) {
      const stands = now ? `: ${now.verdict.replaceAll('_', ' ')} stands` : '';
      return `your earlier answer on ${words}, ${verdict.replaceAll('_', ' ')}, can no longer be given${stands}`;
    }
    const again = { bundle, finding, term, verdict, confidence, failure, box, note, replaces: now?.id };
    const key = await this.judge(again, false);
    const gaveIt = (one: Step): boolean => [one.key, this.ids.get(one.key)].includes(step.before?.id);
    const earlier = this.given.findLast(gaveIt);
    if (earlier) earlier.key = key; // what that step gave stands again, under this key
    return `earlier answer given again: ${verdict.replaceAll('_', ' ')}`;
  }

  /** Takes an own answer back, with the corrections it went through: no answer on the finding is left. */
  async withdraw({ bundle, finding, term, id }: Subject & Partial<Pick<Answer, 'id'>>, isStep = true): Promise<void> {
    await this.judge({ bundle, finding, term, verdict: 'withdrawn', confidence: null, replaces: id }, isStep);
  }

  /** Lists the answers of this image again, those of colleagues included. */
  async load(): Promise<void> {
    try {
      const wire = await getJson<ReviewList>(this.options.path);
      if (!this.isClosed) this.state.set({ saved: wire.reviews, isListed: true, problem: null });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (this.isClosed) return;
      this.state.set({ problem: `Earlier answers cannot be listed: ${error.text}` });
    }
  }

  private keep(review: ReviewDocument): void {
    const others = this.state.get().saved.filter((saved) => saved.id !== review.id);
    this.state.set({ saved: [review, ...others] });
  }

  /** isStep: false for what undo itself gives. */
  private async queue(request: ReviewRequest, isStep = true): Promise<void> {
    const { bundle, finding, term = null, verdict, idempotency_key: key } = request;
    const previous = this.corrected(request);
    if (isStep) {
      this.given.push({ finding, term, bundle, before: previous, isWithdrawal: verdict === 'withdrawn', key });
      this.options.onStep?.();
    }
    const shown = this.options.shown(); // at another operating point a newer result may say something else
    const seen = shown?.bundle === bundle ? { prediction: shown.id } : {};
    const replacesKey = previous?.isWaiting ? previous.id : null;
    await this.outbox.add({
      key: request.idempotency_key,
      reader: this.options.reader,
      image: this.options.image,
      path: this.options.path,
      queuedAt: Date.now(),
      body: { ...request, ...seen, replaces: previous && !previous.isWaiting ? previous.id : null },
      replacesKey,
      refusal: null,
    });
  }
}
