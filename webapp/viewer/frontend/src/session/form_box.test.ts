import { describe, expect, it } from 'vitest';
import type { FailureForm } from '../reviews/failure_form';
import { emptyForm } from '../reviews/failure_form';
import { mayChangeBox, putGivenBox } from './form_box';
import type { ReadingSession } from './reading_session';
import type { Answer } from './reviews_state';

const BOX = { x: 1, y: 2, w: 3, h: 4 };
const given = { id: 'g', bundle: 'b', finding: 'opacity', verdict: 'false_negative', isMine: true } as Answer;
const mark = { ...given, id: 'm', finding: '', term: 'rib_fracture', verdict: 'missed_other' } as Answer;

/** A session with `form` open; opening another is refused where the model is hidden or the picture is covered. */
function session(form: FailureForm | null, isRefused: boolean) {
  let open = form;
  const made = {
    panel: { get: () => ({ form: open }), set: (change: { form: FailureForm }) => void (open = change.form) },
    shown: () => ({ bundle: 'b' }),
    findings: () => [],
    drafts: { find: () => null },
    sheet: { showForm: () => undefined },
    controller: { placeDraftBox: () => undefined },
    isImageMissing: () => isRefused,
    openForm: (key: string, verdict: Answer['verdict']) => void (isRefused || (open = emptyForm('b', key, verdict))),
    changeForm: (change: Partial<FailureForm>) => void (open = open && { ...open, ...change, isChanged: true }),
    announce: () => undefined,
  };
  return { session: made as unknown as ReadingSession, form: () => open };
}

describe('another box of an answer', () => {
  const others: FailureForm[] = [emptyForm('b', 'nodule', 'false_positive'), emptyForm('b', 'opacity', 'present'), emptyForm('b', '', 'missed_other')];

  it.each([given, mark])('opens its form: %j', (answer) => {
    const { session: page, form } = session(others[0] ?? null, false);
    putGivenBox(page, answer, BOX);
    expect(form()).toMatchObject({ finding: answer.finding, verdict: answer.verdict, box: BOX });
  });

  it.each(others)('leaves another open form alone where its own is refused: %j', (other) => {
    for (const answer of [given, mark]) {
      const { session: page, form } = session(other, true);
      putGivenBox(page, answer, BOX);
      expect(form()).toEqual(other);
    }
  });

  it('is offered for own answers on what is shown', () => {
    const { session: page } = session(null, false);
    expect([given, mark, { ...given, isMine: false }, { ...given, bundle: 'older' }].map((one) => mayChangeBox(page, one))).toEqual([true, true, false, false]);
  });
});
