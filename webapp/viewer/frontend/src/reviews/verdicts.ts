/** Which verdicts a reader may give on a finding, by the model's decision (not by its operating point). */
import type { FindingDocument, Verdict } from '../api/documents';

/**
 * A yes of the model can be false or misplaced, a no can have missed. Where it is undecided there is nothing to agree with: the
 * finding is there or not. A refusal is right or wrong, and the finding may be there all the same. What cannot be said is
 * open everywhere. The server holds the same table (webapp/reviews/model_answer.py).
 */
export function verdictsFor(finding: Pick<FindingDocument, 'decision'>): Verdict[] {
  switch (finding.decision) {
    case 'positive':
      return ['agree', 'false_positive', 'wrong_place'];
    case 'negative':
      return ['agree', 'false_negative'];
    case 'uncertain':
      return ['present', 'absent'];
    case 'refused':
      return ['refusal_right', 'refusal_wrong', 'present', 'absent'];
  }
}

const ON_A_CALL: readonly Verdict[] = ['agree', 'false_positive', 'false_negative', 'wrong_place'];

/**
 * Whether the server takes the verdict on the finding. It took more once, so that an answer may stand which cannot be given again;
 * and of a yes or no it takes what this page does not offer, since a threshold may have moved.
 */
export const isTaken = (finding: Pick<FindingDocument, 'decision'>, verdict: Verdict): boolean =>
  verdict === 'cannot_judge' || (isDefinite(finding) ? ON_A_CALL : verdictsFor(finding)).includes(verdict);

/** Whether the model said yes or no: what can be agreed with. */
export const isDefinite = ({ decision }: Pick<FindingDocument, 'decision'>): boolean =>
  decision === 'positive' || decision === 'negative';
