/** A form that codes no failure: a finding that is there where the model did not say so, or what it has no finding for. */
import type { FindingDocument, ReviewRequest } from '../api/documents';
import type { Scheme, Term } from '../api/scheme';
import type { FailureForm } from './failure_form';

/** The term that says nothing without its note. */
export const NAMED_IN_NOTE = 'other';

export const isMark = ({ verdict }: Pick<FailureForm, 'verdict'>): boolean =>
  verdict === 'present' || verdict === 'missed_other';

export function missingOfMark(form: FailureForm): string[] {
  if (form.verdict !== 'missed_other') return [];
  if (!form.term) return ['what is there'];
  return form.term === NAMED_IN_NOTE && !form.note.trim() ? ['a note that names it'] : [];
}

/** Raises Error when something is missing: the form must not offer saving then. */
export function requestOfMark(form: FailureForm, bundle: string, replaces: string | null, key: string): ReviewRequest {
  const lacks = missingOfMark(form);
  if (lacks.length) throw new Error(`answer lacks ${lacks.join(', ')}`);
  const { finding, verdict, confidence, box } = form;
  const body = { bundle, finding, verdict, confidence, failure: null, box, note: form.note.trim(), replaces };
  return { ...body, term: form.term ?? null, idempotency_key: key };
}

type Known = Pick<FindingDocument, 'key' | 'code'>;

/** Terms that the model has no finding for, by key and public code: what it has one for is answered there (finding_of of the server). */
export function termsToOffer(scheme: Scheme, findings: readonly Known[]): Scheme['terms'] {
  const means = (term: Term, { key, code }: Known): boolean =>
    term.keys.includes(key) || (term.value !== null && code.scheme === term.scheme && code.value === term.value);
  return scheme.terms.filter((term) => !findings.some((finding) => means(term, finding)));
}
