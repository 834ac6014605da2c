/** Answers given to this image: those the server keeps and those still on their way. */
import type { FailureAnswer, ReviewDocument } from '../api/documents';
import type { PixelBox } from '../geometry/pixel_box';
import type { QueuedReview } from '../reviews/outbox_storage';

/** What the page shows of an answer. */
export type SavedAnswer = Pick<
  ReviewDocument,
  'id' | 'bundle' | 'finding' | 'verdict' | 'confidence' | 'note' | 'replaces' | 'created_at' | 'reader'
> & { readonly failure: FailureAnswer | null; readonly term?: string | null; readonly box?: PixelBox | null };

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
    term: body.term ?? null,
    box: body.box ?? null,
    note: body.note,
    replaces: body.replaces ?? item.replacesKey,
    created_at: new Date(item.queuedAt).toISOString(),
    reader: item.reader,
    isWaiting: true,
    isMine: true,
  };
}

/** Ids of withdrawals and of all that they took back: an answer with the corrections it went through. */
function takenBack(answers: readonly Answer[]): Set<string> {
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  const taken = new Set<string>();
  for (const withdrawal of answers.filter((answer) => answer.verdict === 'withdrawn')) {
    taken.add(withdrawal.id);
    let earlier = byId.get(withdrawal.replaces ?? '');
    while (earlier && !taken.has(earlier.id)) {
      taken.add(earlier.id);
      earlier = byId.get(earlier.replaces ?? '');
    }
  }
  return taken;
}

/** All answers that stand or were corrected, newest first; those that were taken back are as if never given. */
export function allAnswers(
  saved: readonly SavedAnswer[],
  waiting: readonly QueuedReview[],
  reader: string,
): Answer[] {
  const kept = saved.map((review) => ({ ...review, isWaiting: false, isMine: review.reader === reader }));
  const answers = [...waiting.map(answerOf), ...kept];
  const taken = takenBack(answers);
  return answers
    .filter((answer) => !taken.has(answer.id))
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
}

/** Answers that no later answer replaces. */
export function currentAnswers(answers: readonly Answer[]): Answer[] {
  const replaced = new Set(answers.map((answer) => answer.replaces));
  return answers.filter((answer) => !replaced.has(answer.id));
}

/** On a finding of the bundle, or, with an empty finding, on a term that the bundle has no finding for. */
export function ownAnswer(
  answers: readonly Answer[],
  finding: string,
  bundle: string,
  term: string | null = null,
): Answer | null {
  const isIt = (one: Answer): boolean => one.finding === finding && (one.term ?? null) === term && one.bundle === bundle;
  return currentAnswers(answers).find((one) => one.isMine && isIt(one)) ?? null;
}
