/** Which verdicts a reader may give on a finding, by the model's decision (not by its operating point). */
import type { FindingDocument, Verdict } from '../api/documents';

/**
 * A yes of the model can be false or misplaced, a no can have missed; where it is undecided all are open. Of a refused
 * finding nothing was said, so nothing can be wrong: one may agree with the refusal.
 */
export function verdictsFor(finding: Pick<FindingDocument, 'decision'>): Verdict[] {
  switch (finding.decision) {
    case 'positive':
      return ['agree', 'false_positive', 'wrong_place'];
    case 'negative':
      return ['agree', 'false_negative'];
    case 'uncertain':
      return ['agree', 'false_positive', 'false_negative', 'wrong_place'];
    case 'refused':
      return ['agree'];
  }
}
