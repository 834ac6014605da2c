/** Patient fields as text: DICOM's carets, dates and ages in readable form. */

/** DOE^JANE^^DR -> DOE, JANE DR (family name first, as stored). */
export function personName(stored: string): string {
  const [family = '', ...rest] = (stored.split('=')[0] ?? '').split('^').map((part) => part.trim());
  const others = rest.filter(Boolean).join(' ');
  return [family, others].filter(Boolean).join(', ') || 'no name';
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
