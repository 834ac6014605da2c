/** Patient fields as text: DICOM's carets, dates and ages in readable form. */

const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const READS_IDEOGRAMS = /^(ja|ko|zh)\b/i;

/**
 * DOE^JANE^^DR -> DOE, JANE DR (family name first, as stored). Of alphabetic=ideographic=phonetic the one that the reader's
 * first language is written in; another where the file lacks it (PS3.5 6.2.1.1).
 */
export function personName(stored: string, language: string = navigator.language): string {
  const [alphabetic = '', ideographic = '', phonetic = ''] = stored.split('=').map(nameParts);
  const chosen = READS_IDEOGRAMS.test(language) ? ideographic || alphabetic : alphabetic || ideographic;
  return chosen || phonetic || 'no name';
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

/** A patient or accession number as it fits one line: beginning and end of a long one, which its tooltip has in full. */
export function shortNumber(stored: string): string {
  return stored.length > 20 ? `${stored.slice(0, 8)}…${stored.slice(-8)}` : stored;
}
