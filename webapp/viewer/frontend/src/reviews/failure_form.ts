/** The answer a reader is composing: what it still needs, and what it becomes when sent. */
import type { ReviewRequest, Verdict } from '../api/documents';
import type { PixelBox } from '../geometry/pixel_box';
import { isMark, missingOfMark, requestOfMark } from './mark_form';
import type { SiteProposal } from './site_proposal';

export interface FailureForm {
  /** The model that is spoken of: another may answer while the form is open. */
  readonly bundle: string;
  readonly finding: string;
  readonly verdict: Verdict;
  /** Of what the model has no finding for; absent otherwise. */
  readonly term?: string | null;
  readonly site: string | null;
  readonly laterality: string;
  /** What the page proposes for the place; null or absent for nothing. */
  readonly proposal?: SiteProposal | null;
  /** Sites that the finding is not offered, wherever it was seen; one can be chosen behind "other…". */
  readonly notOffered?: readonly string[];
  /** true: chosen by proposal and not by the reader; false: the reader's choice; absent: nobody has chosen. */
  readonly isSiteProposed?: boolean;
  readonly isSideProposed?: boolean;
  readonly cause: string | null;
  readonly severity: string | null;
  readonly confidence: number | null;
  readonly note: string;
  readonly box: PixelBox | null;
  /** The model's box that the form was opened at, or the point; null or absent for none. */
  readonly place?: PixelBox | null;
  /** True when the form holds something that has not been sent. */
  readonly isChanged: boolean;
  /** Id of the answer that the form was opened from, to change it: its key while it waits to be sent. */
  readonly replaces?: string | null;
  /** When the draft was kept that the form was opened from, ms since 1970. */
  readonly keptAt?: number;
}

/** Laterality "not stated" of the scheme. */
export const NOT_STATED = 'U';

export const VERDICT_TITLES: Record<Verdict, string> = {
  agree: 'Agree',
  false_positive: 'False positive',
  false_negative: 'False negative',
  wrong_place: 'Wrong place',
  refusal_right: 'Refusal right',
  refusal_wrong: 'Refusal wrong',
  present: 'Finding is there',
  absent: 'Not there',
  cannot_judge: 'Cannot say',
  missed_other: 'Missed, no finding for it',
  withdrawn: 'Withdrawn',
};

export const VERDICT_SHORT: Record<Verdict, string> = {
  agree: 'agree',
  false_positive: 'FP',
  false_negative: 'FN',
  wrong_place: 'wrong place',
  refusal_right: 'refusal right',
  refusal_wrong: 'refusal wrong',
  present: 'there',
  absent: 'not there',
  cannot_judge: 'cannot say',
  missed_other: 'missed',
  withdrawn: 'withdrawn',
};

export function emptyForm(bundle: string, finding: string, verdict: Verdict): FailureForm {
  return {
    bundle,
    finding,
    verdict,
    site: null,
    laterality: NOT_STATED,
    cause: null,
    severity: null,
    confidence: null,
    note: '',
    box: null,
    isChanged: true,
  };
}

type Given = Pick<ReviewRequest, 'bundle' | 'finding' | 'verdict' | 'confidence' | 'failure' | 'note' | 'term' | 'box'>;

export function formOf(review: Given): FailureForm {
  const { failure } = review;
  return {
    bundle: review.bundle,
    finding: review.finding,
    verdict: review.verdict,
    term: review.term ?? null,
    site: failure?.site ?? null,
    laterality: failure?.laterality ?? NOT_STATED,
    proposal: failure?.proposed_site ? { sites: [failure.proposed_site], laterality: failure.proposed_laterality } : null,
    isSiteProposed: false,
    isSideProposed: false,
    cause: failure?.cause ?? null,
    severity: failure?.severity == null ? null : String(failure.severity),
    confidence: review.confidence,
    note: review.note,
    box: failure?.box ?? review.box ?? null,
    isChanged: false,
  };
}

/** What is still to be chosen before the answer can be saved, in the words of the form. Why, how severe and how sure can be said later. */
export function missing(form: FailureForm): string[] {
  const lacks: string[] = [];
  if (isMark(form)) return missingOfMark(form);
  if (form.site === null) lacks.push('where');
  if (form.verdict === 'wrong_place' && form.box === null) lacks.push('a box');
  return lacks;
}

/** Raises Error when something is missing: the form must not offer saving then. */
export function requestOf(form: FailureForm, bundle: string, replaces: string | null, key: string): ReviewRequest {
  const { site, cause, severity } = form;
  if (isMark(form)) return requestOfMark(form, bundle, replaces, key);
  if (site === null) throw new Error(`answer lacks ${missing(form).join(', ')}`);
  return {
    bundle,
    finding: form.finding,
    verdict: form.verdict,
    confidence: form.confidence,
    failure: {
      site,
      laterality: form.laterality,
      cause,
      severity: severity === null ? null : Number(severity),
      box: form.box,
      proposed_site: form.proposal?.sites[0] ?? null,
      proposed_laterality: form.proposal?.laterality ?? null,
    },
    note: form.note.trim(),
    replaces,
    idempotency_key: key,
  };
}
