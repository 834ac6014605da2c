/** Answers where the model gave none: to a refusal, to an undecided finding, and on what it has no finding for. */
import type { FindingDocument, Verdict } from '../api/documents';
import type { DraftMark } from '../reviews/draft_storage';
import type { FailureForm } from '../reviews/failure_form';
import { VERDICT_TITLES, emptyForm, formOf } from '../reviews/failure_form';
import { ANSWER_FIRST } from '../first_look/first_look';
import { ownKey } from '../keys/own_keys';
import type { RowName } from '../reviews/form_rows';
import { changeIn } from '../reviews/form_rows';
import { NAMED_IN_NOTE } from '../reviews/mark_form';
import { isDefinite, isTaken, verdictsFor } from '../reviews/verdicts';
import type { ReadingSession } from './reading_session';
import type { Answer } from './reviews_state';

const TRUTH_KEYS = {
  present: { row: 'present', usual: '⇧Y', does: 'it is there' },
  absent: { row: 'absent', usual: '⇧X', does: 'it is not' },
  cannot_judge: { row: 'cannot-say', usual: '⇧U', does: 'cannot say' },
} as const;

/** What is answered to an undecided finding, by this person's keys; an answer without a key goes by the title of its button. */
export function undecided(): string {
  const answers = (['present', 'absent', 'cannot_judge'] as const).map((verdict) => {
    const { row, usual, does } = TRUTH_KEYS[verdict];
    const key = ownKey(row, usual);
    return key ? `${key} ${does}` : `the button “${VERDICT_TITLES[verdict]}”`;
  });
  return `the model is undecided here: ${answers.join(', ')}`;
}

/** What answers a call of the model, by this person's keys: `Y and X`. */
export const agreeAndDisagree = (): string => `${ownKey('agree', 'Y') || 'a button'} and ${ownKey('disagree', 'X') || 'a button'}`;

/**
 * Y and X where the model made no call. A refusal is right or wrong; to an undecided finding there is nothing to agree with, and the
 * keys of truth are told. False where the model did make a call.
 */
export function answerNoCall(session: ReadingSession, key: string, verdict: 'refusal_right' | 'refusal_wrong'): boolean {
  const finding = session.findings().find((one) => one.key === key);
  if (!finding || isDefinite(finding)) return false;
  if (finding.decision === 'refused') answerAtOnce(session, finding, verdict);
  else session.announce(undecided());
  return true;
}

/** A verdict that needs no form; one that the state of the finding does not leave open is refused in words. */
export function answerAtOnce(session: ReadingSession, finding: FindingDocument, verdict: Verdict): void {
  if (verdict !== 'cannot_judge' && session.isAiUnseen()) return;
  const words = VERDICT_TITLES[verdict].toLowerCase();
  if (verdict !== 'cannot_judge' && !verdictsFor(finding).includes(verdict))
    return session.announce(`${words}: only where the model refused or is undecided; ${agreeAndDisagree()} answer here`);
  session.announce(`${finding.title}: ${words}`);
  session.judge(finding.key, verdict, null);
}

/** Whether an answer could be given as it stands: earlier versions took some that are refused now. */
export function mayGiveAgain(session: ReadingSession, { bundle, finding: key, verdict }: Answer): boolean {
  const finding = bundle === session.shown()?.bundle ? session.findings().find((one) => one.key === key) : undefined;
  return !finding || isTaken(finding, verdict);
}

/** Y and X on the selected finding; where there is none yet, that is said: a key that does nothing is pressed again. */
export function agreeOrDisagree(session: ReadingSession, says: 'agree' | 'disagree'): void {
  if (session.isAiUnseen()) return;
  const finding = session.selected();
  if (!finding) session.announce('no result of the model is here that could be answered');
  else if (says === 'agree') session.agree(finding.key);
  else session.disagree();
}

/** As the keys do it: on the selected finding. Present opens its form, for a box and a note. */
export function answerSelected(session: ReadingSession, verdict: 'present' | 'absent' | 'cannot_judge'): void {
  if (session.firstLook?.isWaiting()) return session.announce(ANSWER_FIRST);
  const finding = session.selected();
  if (!finding) return session.announce('choose a finding first');
  if (verdict === 'present' && verdictsFor(finding).includes(verdict)) session.openForm(finding.key, verdict);
  else answerAtOnce(session, finding, verdict);
}

/** The form that a box on the selected finding belongs to. */
export function openBoxForm(session: ReadingSession): void {
  const finding = session.selected();
  if (finding && !isDefinite(finding)) session.openForm(finding.key, 'present');
  else session.disagree();
}

/** A kept form again: of a finding, or of what the model has none for. */
export function openMark(session: ReadingSession, draft: DraftMark): void {
  const { finding, verdict } = draft.form;
  if (verdict === 'missed_other') showOther(session, draft.bundle, draft, draft.form);
  else session.openForm(finding, verdict);
}

/** The form of what the model has no finding for; of an earlier answer, to change it. It speaks of no output of the model, so it opens while that is hidden, too. */
export function openOther(session: ReadingSession, answer: Answer | null = null): void {
  const bundle = session.shown()?.bundle;
  if (!bundle) return session.announce('nothing can be marked yet: the model has not answered');
  const kept = session.drafts.find(bundle, '', 'missed_other', answer?.id);
  const fresh = answer ? { ...formOf(answer), replaces: answer.id } : emptyForm(bundle, '', 'missed_other');
  showOther(session, bundle, kept, fresh);
}

/** The form of an answer that was given, to change it. */
export function openGiven(session: ReadingSession, answer: Answer): void {
  if (answer.term) openOther(session, answer);
  else session.openForm(answer.finding, answer.verdict);
}

function showOther(session: ReadingSession, bundle: string, kept: DraftMark | null, fresh: FailureForm): void {
  if (session.isImageMissing(false)) return; // a kept mark may be read before its picture is whole
  const form = kept ? { ...kept.form, bundle, keptAt: kept.keptAt } : fresh;
  session.panel.set({ form, formRow: null, isRowOpen: false });
  session.sheet.showForm();
  session.controller.placeDraftBox(form.box);
}

/** A choice in a row of the open form. Another outcome is another form, of the same place. */
export function chooseIn(session: ReadingSession, name: RowName, code: string): void {
  const { form } = session.panel.get();
  if (name === 'term') chooseTerm(session, code);
  else if (name !== 'verdict') session.changeForm(changeIn(name, code));
  else if (form && form.verdict !== code) session.openForm(form.finding, code as Verdict, form.place);
}

/** A term that is marked already opens that mark: another would take its place unseen. What a note names may be marked again. */
export function chooseTerm(session: ReadingSession, term: string): void {
  const { form } = session.panel.get();
  const given = term === NAMED_IN_NOTE || !form ? null : session.desk.own('', form.bundle, term);
  if (!given || given.id === session.desk.standing(form?.replaces)?.id) return session.changeForm({ term });
  openOther(session, given);
  session.announce(`${term.replaceAll('_', ' ')} is marked already: your mark is open, to change it`);
}
