/** How the page says what moved. */
import type { ProbeNumber, ProbeResult } from '../api/schema';
import { fraction } from '../panel/wording';

export const EXPLAINED =
  'Parts of the picture are erased and the model is asked again. Every filling is an unnatural picture: what moves is the model, not the patient.';

type Numbers = ProbeResult['erased'][number]['numbers'];

/** ".29, uncertain" where the call changed, else ".29"; "refused" where the gate takes the erased picture for none of its kind. */
export function numberWords(before: ProbeNumber, after: ProbeNumber): string {
  if (after.probability === null) return 'refused';
  const call = after.decision === before.decision ? '' : `, ${after.decision}`;
  return `${fraction(after.probability)}${call}`;
}

/** How far the number moved, signed; null where there is none. */
export function moved(before: ProbeNumber, after: ProbeNumber): number | null {
  return after.probability === null || before.probability === null ? null : after.probability - before.probability;
}

/** Answers to the two fillings that lie further apart than this are told as two. */
const APART = 0.2;

/** Where the two fillings say different things, nothing follows from either alone. */
export function isAtOdds(before: ProbeNumber, numbers: Numbers): boolean {
  const steps = numbers.map((one) => moved(before, one));
  const found = steps.filter((step) => step !== null);
  if (found.length < steps.length) return found.length > 0;
  return Math.max(...found) - Math.min(...found) >= APART;
}

export const shareWords = (share: number): string => (share < 0.01 ? '<1 %' : `${Math.round(100 * share)} %`);
