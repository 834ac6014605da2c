/** Answers given to this image: those the server keeps and those still on their way. */
import type { FailureAnswer, ReviewDocument } from '../api/documents';
import type { QueuedReview } from '../reviews/outbox_storage';

/** What the page shows of an answer. */
export type SavedAnswer = Pick<
  ReviewDocument,
  'id' | 'bundle' | 'finding' | 'verdict' | 'confidence' | 'note' | 'replaces' | 'created_at' | 'reader'
> & { readonly failure: FailureAnswer | null };

export type Answer = SavedAnswer & {
  /** Not acknowledged yet: its id is the idempotency key. */
  readonly isWaiting: boolean;
  readonly isMine: boolean;
};

function answerOf(item: QueuedReview): Answer {
  const { body } = item;
  return {
    id: item.key,
    bundle: body.bundle,
    finding: body.finding,
    verdict: body.verdict,
    confidence: body.confidence,
    failure: body.failure,
    note: body.note,
    replaces: body.replaces ?? item.replacesKey,
    created_at: new Date(item.queuedAt).toISOString(),
    reader: item.reader,
    isWaiting: true,
    isMine: true,
  };
}

/** All answers, newest first. */
export function allAnswers(
  saved: readonly SavedAnswer[],
  waiting: readonly QueuedReview[],
  reader: string,
): Answer[] {
  const kept = saved.map((review) => ({ ...review, isWaiting: false, isMine: review.reader === reader }));
  return [...waiting.map(answerOf), ...kept].sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
}

/** Answers that no later answer replaces. */
export function currentAnswers(answers: readonly Answer[]): Answer[] {
  const replaced = new Set(answers.map((answer) => answer.replaces));
  return answers.filter((answer) => !replaced.has(answer.id));
}

export function ownAnswer(answers: readonly Answer[], finding: string): Answer | null {
  return currentAnswers(answers).find((answer) => answer.isMine && answer.finding === finding) ?? null;
}
