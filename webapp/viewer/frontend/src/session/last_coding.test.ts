import { describe, expect, it } from 'vitest';
import type { FindingDocument, Verdict } from '../api/documents';
import type { FailureForm } from '../reviews/failure_form';
import { emptyForm } from '../reviews/failure_form';
import { LastCoding, repeatCoding } from './last_coding';

const CODING = { site: 'HIL', laterality: 'R', cause: 'NRM', severity: '1' };
const coded = (verdict: Verdict): FailureForm => ({ ...emptyForm('b', 'gout', verdict), ...CODING, note: 'n', confidence: 3 });

/** As much of a session as N touches; its finding was decided so. */
function sessionWith(decision: FindingDocument['decision'] | null, form: FailureForm | null = null, isHidden = false) {
  const said: string[] = [];
  const state = { form };
  const finding = decision && ({ key: 'mass', title: 'Mass', decision } as FindingDocument);
  return {
    said,
    state,
    page: { lastCoding: new LastCoding() },
    panel: { get: () => state },
    announce: (text: string) => void said.push(text),
    selected: () => finding,
    isAiUnseen: () => isHidden,
    openForm: (key: string, verdict: Verdict) => void (state.form = emptyForm('b', key, verdict)),
    changeForm: (change: Partial<FailureForm>) => void (state.form = state.form && { ...state.form, ...change }),
  };
}

describe('N', () => {
  it('says when there is nothing to repeat', () => {
    const session = sessionWith('positive');
    session.page.lastCoding.keep(emptyForm('b', 'gout', 'present')); // codes no failure
    repeatCoding(session);
    expect(session.state.form).toBeNull();
    expect(session.said).toEqual(['nothing to repeat: no failure was saved since this page was opened']);
  });

  it('opens the form of the chosen finding with the last coding, without note and confidence', () => {
    const session = sessionWith('positive');
    session.page.lastCoding.keep(coded('false_positive'));
    repeatCoding(session);
    expect(session.state.form).toMatchObject({ finding: 'mass', verdict: 'false_positive', ...CODING });
    expect(session.state.form).toMatchObject({ note: '', confidence: null });
    expect(session.said).toEqual(['the last coding is repeated: Enter saves it']);
  });

  it('leaves the outcome of a form that is open', () => {
    const session = sessionWith('positive', emptyForm('b', 'mass', 'wrong_place'));
    session.page.lastCoding.keep(coded('false_positive'));
    repeatCoding(session);
    expect(session.state.form).toMatchObject({ verdict: 'wrong_place', ...CODING });
  });

  it.each([
    ['negative', null, '“False positive” is not repeated: the model says otherwise of Mass'],
    [null, null, 'choose a finding first'],
    ['uncertain', 'present', 'nothing to repeat here: this form codes no failure'],
  ] as const)('on %s with the form %s changes nothing and says why', (decision, verdict, words) => {
    const form = verdict && emptyForm('b', 'mass', verdict);
    const session = sessionWith(decision, form);
    session.page.lastCoding.keep(coded('false_positive'));
    repeatCoding(session);
    expect(session.state.form).toBe(form);
    expect(session.said).toEqual([words]);
  });

  it('tells nothing of a model that is hidden', () => {
    const session = sessionWith('negative', null, true);
    session.page.lastCoding.keep(coded('false_positive'));
    repeatCoding(session);
    expect(session).toMatchObject({ said: [], state: { form: null } });
  });
});
