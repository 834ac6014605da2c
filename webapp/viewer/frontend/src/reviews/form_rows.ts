/** The questions of a form as rows of choices, in order: what the form shows is what its keys choose from. */
import type { FindingDocument, Verdict } from '../api/documents';
import type { Choice, Scheme } from '../api/scheme';
import { ordered } from '../api/scheme';
import type { FailureForm } from './failure_form';
import { NOT_STATED, VERDICT_TITLES } from './failure_form';
import { isMark, termsToOffer } from './mark_form';
import { placeWords } from './site_proposal';
import { verdictsFor } from './verdicts';

export type RowName = 'verdict' | 'term' | 'site' | 'laterality' | 'cause' | 'severity' | 'confidence';

export interface FormRow {
  readonly name: RowName;
  readonly question: string;
  /** Shown at once, and behind "other…". */
  readonly first: readonly Choice[];
  readonly rest: readonly Choice[];
  readonly value: string | null;
  /** The chosen one is a proposal, and nobody's choice so far. */
  readonly isProposed: boolean;
  /** For which place it is proposed. */
  readonly place?: string;
  /** May be left out, and said later. */
  readonly isOptional: boolean;
  /** Nothing is chosen, nor proposed. */
  readonly isOpen: boolean;
}

/** Choices that are shown before "other…". */
const SHOWN = 7;
const TERMS_SHOWN = 8;
const CONFIDENCES: readonly Choice[] = ['1', '2', '3', '4', '5'].map((code) => ({ code, title: code }));

type Known = Pick<FindingDocument, 'key' | 'code' | 'decision'>;
/** What a yes of the model may be wrong by: one place, two outcomes. */
const WRONG_YES: readonly Verdict[] = ['false_positive', 'wrong_place'];

/** findings: of the model that is spoken of. */
export function rowsOf(form: FailureForm, scheme: Scheme, findings: readonly Known[]): FormRow[] {
  if (!isMark(form)) return [...outcomeRow(form, findings), ...failureRows(form, scheme), confidenceRow(form)];
  if (form.verdict !== 'missed_other') return [confidenceRow(form)];
  const { first, rest } = ordered(termsToOffer(scheme, findings), [], TERMS_SHOWN);
  const term = { question: 'What is there?', first, rest, value: form.term ?? null, isProposed: false };
  return [{ name: 'term', ...term, isOptional: false, isOpen: !form.term }, confidenceRow(form)];
}

function outcomeRow({ finding: key, verdict }: FailureForm, findings: readonly Known[]): FormRow[] {
  const finding = findings.find((one) => one.key === key);
  if (!finding || !WRONG_YES.every((one) => verdictsFor(finding).includes(one)) || !WRONG_YES.includes(verdict)) return [];
  const first = WRONG_YES.map((code) => ({ code, title: VERDICT_TITLES[code].toLowerCase() }));
  return [{ name: 'verdict', question: 'Outcome', first, rest: [], value: verdict, isProposed: false, isOptional: false, isOpen: false }];
}

function failureRows(form: FailureForm, scheme: Scheme): FormRow[] {
  const usual = scheme.suggestions.filter((row) => row.verdict === form.verdict);
  const isOffered = (code: string): boolean => !form.notOffered?.includes(code);
  const offered = scheme.sites.filter(({ code }) => isOffered(code));
  const impossible = scheme.sites.filter(({ code }) => !isOffered(code));
  const sites = [...(form.proposal?.sites ?? []), ...usual.map((row) => row.site).filter(isOffered)];
  const fixed = { isProposed: false, isOptional: true };
  return [
    {
      name: 'site',
      question: form.verdict === 'false_negative' ? 'Where is it?' : 'Where did it look?',
      ...ordered([...offered, ...impossible], sites, Math.min(SHOWN, offered.length)),
      value: form.site,
      isProposed: form.isSiteProposed ?? false,
      place: form.proposal ? placeWords(form.proposal) : '',
      isOptional: false,
      isOpen: form.site === null,
    },
    {
      name: 'laterality',
      question: 'Side',
      first: scheme.lateralities,
      rest: [],
      value: form.laterality,
      isProposed: form.isSideProposed ?? false,
      isOptional: false,
      isOpen: form.laterality === NOT_STATED && form.isSideProposed === undefined,
    },
    {
      name: 'cause',
      question: 'Why?',
      ...ordered(scheme.causes, usual.map((row) => row.cause), SHOWN),
      value: form.cause,
      ...fixed,
      isOpen: form.cause === null,
    },
    {
      name: 'severity',
      question: 'Severity',
      first: scheme.severities,
      rest: [],
      value: form.severity,
      ...fixed,
      isOpen: form.severity === null,
    },
  ];
}

function confidenceRow({ confidence }: FailureForm): FormRow {
  const value = confidence === null ? null : String(confidence);
  const fixed = { first: CONFIDENCES, rest: [], isProposed: false, isOptional: true };
  return { name: 'confidence', question: 'Confidence', value, ...fixed, isOpen: value === null };
}

/** What choosing `code` in a row changes in the form. */
export function changeIn(name: RowName, code: string): Partial<FailureForm> {
  return { [name]: name === 'confidence' ? Number(code) : code };
}

/** The row that digits choose in: the one the reader went to, else the first that is open. */
export function activeRow(rows: readonly FormRow[], chosen: RowName | null): FormRow | null {
  const asking = rows.filter(({ name }) => name !== 'verdict');
  return rows.find(({ name }) => name === chosen) ?? asking.find(({ isOpen }) => isOpen) ?? asking[0] ?? null;
}

/** After a choice in `name`: the next row that is open; the same one when none is. */
export function rowAfter(rows: readonly FormRow[], name: RowName): RowName {
  const now = rows.findIndex((row) => row.name === name);
  return rows.slice(now + 1).find(({ isOpen }) => isOpen)?.name ?? name;
}

const DIGITS = 9;

/** The choices that the digits from 1 stand for; isAll: those behind "other…", which came in sight. */
export const numbered = ({ first, rest }: FormRow, isAll: boolean): readonly Choice[] =>
  (isAll ? rest : first).slice(0, DIGITS);

/** The digit of "other…"; null where all is in sight. */
export const digitOfOther = ({ first, rest }: FormRow, isAll: boolean): number | null =>
  isAll || rest.length === 0 || first.length >= DIGITS ? null : first.length + 1;
