/** The answer a reader is composing: what it still needs, and what it becomes when sent. */
import type { ReviewRequest, Verdict } from '../api/documents';
import type { PixelBox } from '../geometry/pixel_box';

export interface FailureForm {
  /** The model that is spoken of: another may answer while the form is open. */
  readonly bundle: string;
  readonly finding: string;
  readonly verdict: Verdict;
  readonly site: string | null;
  readonly laterality: string;
  readonly cause: string | null;
  readonly severity: string | null;
  readonly confidence: number | null;
  readonly note: string;
  readonly box: PixelBox | null;
  /** True when the form holds something that has not been sent. */
  readonly isChanged: boolean;
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
  cannot_judge: 'Cannot judge',
  withdrawn: 'Withdrawn',
};

export const VERDICT_SHORT: Record<Verdict, string> = {
  agree: 'agree',
  false_positive: 'FP',
  false_negative: 'FN',
  wrong_place: 'wrong place',
  cannot_judge: 'cannot judge',
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

export function formOf(review: Pick<ReviewRequest, 'bundle' | 'finding' | 'verdict' | 'confidence' | 'failure' | 'note'>): FailureForm {
  const { failure } = review;
  return {
    bundle: review.bundle,
    finding: review.finding,
    verdict: review.verdict,
    site: failure?.site ?? null,
    laterality: failure?.laterality ?? NOT_STATED,
    cause: failure?.cause ?? null,
    severity: failure?.severity == null ? null : String(failure.severity),
    confidence: review.confidence,
    note: review.note,
    box: failure?.box ?? null,
    isChanged: false,
  };
}

/** What is still to be chosen before the answer can be saved, in the words of the form. */
export function missing(form: FailureForm): string[] {
  const lacks: string[] = [];
  if (form.site === null) lacks.push('where');
  if (form.cause === null) lacks.push('why');
  if (form.severity === null) lacks.push('severity');
  if (form.confidence === null) lacks.push('confidence');
  if (form.verdict === 'wrong_place' && form.box === null) lacks.push('a box');
  return lacks;
}

/** Raises Error when something is missing: the form must not offer saving then. */
export function requestOf(form: FailureForm, bundle: string, replaces: string | null, key: string): ReviewRequest {
  const { site, cause, severity } = form;
  if (site === null || cause === null || severity === null) throw new Error(`answer lacks ${missing(form).join(', ')}`);
  return {
    bundle,
    finding: form.finding,
    verdict: form.verdict,
    confidence: form.confidence,
    failure: { site, laterality: form.laterality, cause, severity: Number(severity), box: form.box },
    note: form.note.trim(),
    replaces,
    idempotency_key: key,
  };
}
