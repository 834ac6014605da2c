/** Giving, changing and withdrawing answers. Append-only: a change is a new answer that replaces the old one. */
import type { FailureAnswer, ReviewDocument, ReviewRequest, Verdict } from '../api/documents';
import { RequestError, getJson, postJson } from '../api/request';
import type { ReviewList } from '../api/schema';
import type { FailureForm } from '../reviews/failure_form';
import { requestOf } from '../reviews/failure_form';
import { Outbox } from '../reviews/outbox';
import type { OutboxStorage } from '../reviews/outbox_storage';
import { createStore } from '../state/store';
import type { Answer } from './reviews_state';
import { allAnswers, currentAnswers, ownAnswer } from './reviews_state';

export interface ReviewsState {
  readonly saved: readonly ReviewDocument[];
  /** Why the earlier answers cannot be listed; null when they can. */
  readonly problem: string | null;
}

export interface DeskOptions {
  readonly image: string;
  readonly reader: string;
  readonly path: string;
  readonly csrf: string;
  readonly announce: (text: string) => void;
}

interface Judgement {
  readonly bundle: string;
  readonly finding: string;
  readonly verdict: Verdict;
  readonly confidence: number | null;
  readonly failure?: FailureAnswer | null;
  readonly note?: string;
}

/** The API refuses a failure on an agreement, even an empty one: what is not given is left out. */
export function withoutNulls(body: object): Record<string, unknown> {
  const given = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [name, name === 'failure' ? withoutNulls(value as object) : (value as unknown)]),
  );
}

export class ReviewsDesk {
  readonly state = createStore<ReviewsState>({ saved: [], problem: null });
  readonly outbox: Outbox;
  /** What was given in this sitting, newest last, with the own answer that stood before. */
  private readonly given: { readonly finding: string; readonly before: Answer | null }[] = [];

  constructor(
    private readonly options: DeskOptions,
    storage: OutboxStorage,
  ) {
    this.outbox = new Outbox(storage, {
      reader: options.reader,
      // The reader goes along: an answer must not change hands when somebody else signs in before it is sent.
      send: (item) =>
        postJson<ReviewDocument>(item.path, { ...withoutNulls(item.body), reader: item.reader }, options.csrf),
      onSaved: (item, review) => {
        if (item.image === options.image) this.keep(review);
        options.announce('saved');
      },
    });
  }

  /** Lists earlier answers and sends what an earlier visit left behind. */
  async open(): Promise<void> {
    window.addEventListener('online', this.flush);
    await this.outbox.refresh();
    await this.load();
    await this.outbox.flush();
  }

  close(): void {
    window.removeEventListener('online', this.flush);
  }

  answers(): Answer[] {
    const waiting = this.outbox.state.get().waiting.filter((item) => item.image === this.options.image);
    return allAnswers(this.state.get().saved, waiting, this.options.reader);
  }

  own(finding: string): Answer | null {
    return ownAnswer(this.answers(), finding);
  }

  /** Answers without a form: agree, cannot judge, withdrawn. */
  async judge(judgement: Judgement, isStep = true): Promise<void> {
    const { bundle, finding, verdict, confidence } = judgement;
    const body = {
      bundle,
      finding,
      verdict,
      confidence,
      failure: judgement.failure ?? null,
      note: judgement.note ?? '',
    };
    await this.queue({ ...body, replaces: null, idempotency_key: crypto.randomUUID() }, isStep);
  }

  async saveForm(form: FailureForm, bundle: string): Promise<void> {
    await this.queue(requestOf(form, bundle, null, crypto.randomUUID()));
  }

  /**
   * Takes back what was last given in this sitting: the answer before it is given again, or the finding has none again.
   * Where nothing was given in this sitting the newest own answer is withdrawn. Returns what happened, null for nothing.
   */
  async undo(): Promise<string | null> {
    const step = this.given.pop();
    if (step?.before) {
      const { bundle, finding, verdict, confidence, failure, note } = step.before;
      await this.judge({ bundle, finding, verdict, confidence, failure, note }, false);
      return `earlier answer given again: ${verdict.replaceAll('_', ' ')}`;
    }
    const answer = step ? this.own(step.finding) : currentAnswers(this.answers()).find((own) => own.isMine);
    if (!answer) return null;
    await this.withdraw(answer, false);
    return `answer on ${answer.finding.replaceAll('_', ' ')} taken back: you have none on it`;
  }

  /** Takes an own answer back, with the corrections it went through: no answer on the finding is left. */
  async withdraw({ bundle, finding }: Pick<Answer, 'bundle' | 'finding'>, isStep = true): Promise<void> {
    await this.judge({ bundle, finding, verdict: 'withdrawn', confidence: null }, isStep);
  }

  private readonly flush = (): void => void this.outbox.flush();

  /** Lists the answers of this image again, those of colleagues included. */
  async load(): Promise<void> {
    try {
      const wire = await getJson<ReviewList>(this.options.path);
      this.state.set({ saved: wire.reviews, problem: null });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.state.set({ problem: `Earlier answers cannot be listed: ${error.text}` });
    }
  }

  private keep(review: ReviewDocument): void {
    const others = this.state.get().saved.filter((saved) => saved.id !== review.id);
    this.state.set({ saved: [review, ...others] });
  }

  /** isStep: false for what undo itself gives. */
  private async queue(request: ReviewRequest, isStep = true): Promise<void> {
    const previous = this.own(request.finding);
    if (isStep) this.given.push({ finding: request.finding, before: previous });
    const replacesKey = previous?.isWaiting ? previous.id : null;
    await this.outbox.add({
      key: request.idempotency_key,
      reader: this.options.reader,
      image: this.options.image,
      path: this.options.path,
      queuedAt: Date.now(),
      body: { ...request, replaces: previous && !previous.isWaiting ? previous.id : null },
      replacesKey,
      refusal: null,
    });
  }
}
