/** The form in which somebody enters what was found later. */
import type { LaterTruthRequest, LaterTruthRow } from '../api/schema';
import type { PixelBox } from '../geometry/pixel_box';

export interface LaterForm {
  /** `finding:key` or `term:code`; empty until chosen. */
  readonly subject: string;
  readonly says: LaterTruthRow['says'] | '';
  readonly source: LaterTruthRow['source'] | '';
  /** 2026-11-30 */
  readonly day: string;
  readonly box: PixelBox | null;
  readonly note: string;
  /** One per statement: a second delivery stores nothing more. */
  readonly key: string;
}

export const SAYS_CHIPS = [
  { value: 'present', title: 'present' },
  { value: 'absent', title: 'absent' },
  { value: 'cannot_judge', title: 'cannot say' },
] as const;

export const emptyLaterForm = (): LaterForm => ({ subject: '', says: '', source: '', day: '', box: null, note: '', key: crypto.randomUUID() });

/** Something is filled in. */
export const isBegun = ({ subject, says, source, day, box, note }: LaterForm): boolean => [subject, says, source, day, box, note].some(Boolean);

export function lacking({ subject, says, source, day }: LaterForm): string[] {
  return [!subject && 'finding', !says && 'what was found', !source && 'examination', !day && 'date'].filter((name) => name !== false);
}

export function bodyOf({ subject, says, source, day, box, note, key }: LaterForm): Omit<LaterTruthRequest, 'reader'> {
  if (!says || !source) throw new Error('the form is not complete');
  const [kind, code = ''] = subject.split(':', 2);
  const named = kind === 'term' ? { finding: null, term: code } : { finding: code, term: null };
  return { ...named, says, source, exam_date: day, box, note, idempotency_key: key };
}

/** "Pleural effusion · CT 2026-11-28": what stands at its box on the picture. */
export const boxTitle = ({ title, source_title: source, exam_date: day }: LaterTruthRow): string => `${title} · ${source} ${day}`;

/** "present · CT 2026-11-28, 10 days later" */
export function truthWords({ says, source_title: source, exam_date: day, days_after: days }: LaterTruthRow): string {
  const word = SAYS_CHIPS.find(({ value }) => value === says)?.title ?? says;
  const after = days === null ? '' : `, ${days === 0 ? 'the same day' : days === 1 ? '1 day later' : `${days} days later`}`;
  return `${word} · ${source} ${day}${after}`;
}
