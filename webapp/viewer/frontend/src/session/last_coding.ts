/** The coding of the failure that was saved last on this page, for the next one of its kind. It stays while the cases change. */
import { ownKey } from '../keys/own_keys';
import type { FailureForm } from '../reviews/failure_form';
import { VERDICT_TITLES } from '../reviews/failure_form';
import { isMark } from '../reviews/mark_form';
import { verdictsFor } from '../reviews/verdicts';
import type { ReadingSession } from './reading_session';

type Coding = Pick<FailureForm, 'verdict' | 'site' | 'laterality' | 'cause' | 'severity'>;

export class LastCoding {
  private last: Coding | null = null;

  /** Keeps the coding of a form that is saved; a mark that codes no failure changes nothing. */
  keep(form: FailureForm): void {
    if (isMark(form)) return;
    const { verdict, site, laterality, cause, severity } = form;
    this.last = { verdict, site, laterality, cause, severity };
  }

  get(): Coding | null {
    return this.last;
  }
}

type Repeating = Pick<ReadingSession, 'announce' | 'selected' | 'openForm' | 'changeForm' | 'isAiUnseen'> & {
  readonly panel: { get(): { readonly form: FailureForm | null } };
  readonly page: { readonly lastCoding: LastCoding };
};

/** N: puts site, side, cause and severity into the open form, or opens one of the chosen finding with them. Enter saves, not this. */
export function repeatCoding(session: Repeating): void {
  const coding = session.page.lastCoding.get();
  if (!coding) return session.announce('nothing to repeat: no failure was saved since this page was opened');
  if (!session.panel.get().form && !openForCoding(session, coding)) return;
  const { form } = session.panel.get();
  if (!form) return; // why it does not open has been said
  if (isMark(form)) return session.announce('nothing to repeat here: this form codes no failure');
  const { site, laterality, cause, severity } = coding;
  session.changeForm({ site, laterality, cause, severity });
  session.announce(`the last coding is repeated: ${ownKey('submit', 'Enter') || 'Save'} saves it`);
}

/** False where no form of the verdict goes with the chosen finding, which is said. */
function openForCoding(session: Repeating, { verdict }: Coding): boolean {
  if (session.isAiUnseen()) return false;
  const finding = session.selected();
  const isOpen = finding !== null && verdictsFor(finding).includes(verdict);
  if (finding && isOpen) session.openForm(finding.key, verdict);
  else if (finding) session.announce(`“${VERDICT_TITLES[verdict]}” is not repeated: the model says otherwise of ${finding.title}`);
  else session.announce('choose a finding first');
  return isOpen;
}
