/** Patient fields as text: DICOM's carets, dates and ages in readable form. */
import type { PatientFacts } from '../api/schema';

const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const READS_IDEOGRAMS = /^(ja|ko|zh)\b/i;

/**
 * DOE^JANE^^DR -> DOE, JANE DR (family name first, as stored). Of alphabetic=ideographic=phonetic the one that the reader's
 * first language is written in; another where the file lacks it (PS3.5 6.2.1.1).
 */
export function personName(stored: string, language: string = navigator.language): string {
  const [alphabetic = '', ideographic = '', phonetic = ''] = stored.split('=').map(nameParts);
  const chosen = READS_IDEOGRAMS.test(language) ? ideographic || alphabetic : alphabetic || ideographic;
  return chosen || phonetic || `name ${NOT_STATED}`;
}

/** The name for a banner that says the ID as well: de-identified files often put one code into both, which is said once. */
export function bannerName({ name, id }: Pick<PatientFacts, 'name' | 'id'>): { name: string; isName: boolean } {
  const text = personName(name);
  const isCode = id.trim() !== '' && text.toLowerCase() === id.trim().toLowerCase();
  return { name: isCode ? 'name as ID' : text, isName: name.trim() !== '' && !isCode };
}

/** One group as text; names in ideograms, kana or Hangul take no comma. */
function nameParts(group: string): string {
  const [family = '', ...rest] = group.split('^').map((part) => part.trim());
  const others = rest.filter(Boolean).join(' ');
  return [family, others].filter(Boolean).join(EAST_ASIAN.test(group) ? ' ' : ', ');
}

/** 19630412 -> 1963-04-12; anything else as it is. */
export function dateText(stored: string | null): string {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(stored ?? '');
  return match ? `${match[1]}-${match[2]}-${match[3]}` : (stored ?? '');
}

/** 063Y -> 63 y; months, weeks and days likewise. */
export function ageText(stored: string): string {
  const match = /^0*(\d+)([YMWD])$/.exec(stored.trim());
  return match ? `${match[1]} ${match[2]?.toLowerCase()}` : stored;
}

export const NOT_STATED = 'not stated';

export interface IdentityField {
  readonly key: 'sex' | 'age' | 'birth-date' | 'id' | 'accession';
  /** Before the text; empty where the text speaks for itself. */
  readonly label: string;
  readonly text: string;
  /** Whether the file's sources contradict each other about it, or cannot be read. */
  readonly isDoubtful: boolean;
}

/** What tells one patient from another, whole; a field that the file lacks says so. */
export function identityFields(patient: Omit<PatientFacts, 'name'>, accession: string): IdentityField[] {
  const { sex, age, birth_date: born, id, age_problem: problem } = patient;
  const field = (key: IdentityField['key'], label: string, stored: string, isLabelled = true): IdentityField => {
    const text = stored.trim();
    return { key, label: text && !isLabelled ? '' : label, text: text || NOT_STATED, isDoubtful: false };
  };
  return [
    field('sex', 'sex', sex, false),
    problem ? { key: 'age', label: 'age', text: 'unclear', isDoubtful: true } : field('age', 'age', ageText(age), false),
    field('birth-date', 'born', dateText(born)),
    field('id', 'ID', id),
    field('accession', 'Acc', accession),
  ];
}
