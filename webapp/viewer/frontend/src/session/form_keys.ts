/** Digits in an open form: each chooses in one row and goes on to the next open question. */
import type { FailureForm } from '../reviews/failure_form';
import type { FormRow, RowName } from '../reviews/form_rows';
import { activeRow, digitOfOther, numbered, rowAfter, rowsOf } from '../reviews/form_rows';
import type { ReadingSession } from './reading_session';
import { chooseIn } from './state_answers';

const rowsOfForm = (session: ReadingSession, form: FailureForm): FormRow[] => {
  const { scheme } = session.scheme.get();
  return scheme ? rowsOf(form, scheme, session.findings()) : [];
};

/** Digits belong to this row now: the reader went there. */
export function goToRow(session: ReadingSession, formRow: RowName): void {
  if (session.panel.get().formRow !== formRow) session.panel.set({ formRow, isRowOpen: false });
}

/** "other…": what is behind it comes in sight, and takes the digits. */
export function openRow(session: ReadingSession, formRow: RowName): void {
  session.panel.set({ formRow, isRowOpen: true });
}

/** The n-th choice of the row that has the digits, from 1. */
export function chooseByDigit(session: ReadingSession, digit: number): void {
  const { form, formRow, isRowOpen } = session.panel.get();
  const row = form && activeRow(rowsOfForm(session, form), formRow);
  if (!row) return;
  if (digit === digitOfOther(row, isRowOpen)) return openRow(session, row.name);
  const choice = numbered(row, isRowOpen)[digit - 1];
  if (!choice) return session.announce(`${row.question.replace('?', '')}: there is no choice ${digit}`);
  chooseIn(session, row.name, choice.code);
  session.announce(`${row.question.replace('?', '')}: ${choice.title}`);
  const changed = session.panel.get().form;
  if (changed && row.name !== 'verdict') goToRow(session, rowAfter(rowsOfForm(session, changed), row.name));
}
