/** The short form of what is there: where the model refused or is undecided, or beyond what it has a finding for. */
import { useEffect, useRef } from 'react';
import type { FailureForm } from '../reviews/failure_form';
import { VERDICT_TITLES } from '../reviews/failure_form';
import { termsToOffer } from '../reviews/mark_form';
import { chooseTerm } from '../session/state_answers';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { BoxQuestion, CONFIDENCES, Question, SaveRow, unsavedWords } from './FailureFormView';
import { clock } from './wording';

/** Terms that are shown before "other…". */
const TERMS_SHOWN = 10;

export function MarkFormView({ form }: { readonly form: FailureForm }) {
  const session = useSession();
  const { scheme } = useStore(session.scheme);
  useStore(session.desk.state);
  useStore(session.desk.outbox.state);
  const { problem } = useStore(session.drafts.state);
  const place = useRef<HTMLElement>(null);
  const isLoaded = scheme !== null;
  const isOther = form.verdict === 'missed_other';
  useEffect(() => {
    // On a choice Enter saves; on a button it would press that.
    place.current?.querySelector<HTMLElement>('[role=radio]')?.focus({ preventScroll: true });
    if (place.current?.closest('.panel')) place.current.scrollIntoView({ block: 'nearest' });
  }, [form.finding, isLoaded]);
  if (!scheme) return <p className="muted">Loading the list of terms…</p>;

  const own = session.desk.corrected(form);
  const isGiven = !form.isChanged && own !== null;
  const given = own?.isWaiting ? 'waiting' : `saved ${clock(new Date(own?.created_at ?? 0))}`;
  return (
    <section className="failure" ref={place} aria-label={VERDICT_TITLES[form.verdict]} data-testid="mark-form">
      <div className="row">
        <h3 className="grow reader">{VERDICT_TITLES[form.verdict]}</h3>
        <span className="faint small" data-testid="form-state">{isGiven ? given : unsavedWords(form)}</span>
      </div>
      {problem && form.isChanged && (
        <p className="stop small" role="alert" data-testid="draft-problem">
          {problem}
        </p>
      )}
      {isOther && (
        <Question
          question="What is there?"
          choices={termsToOffer(scheme, session.findings())}
          shown={TERMS_SHOWN}
          value={form.term ?? null}
          testPrefix="term"
          onChoose={(term) => chooseTerm(session, term)}
        />
      )}
      <BoxQuestion form={form} />
      <Question
        question="Confidence (optional)"
        choices={CONFIDENCES}
        value={form.confidence === null ? null : String(form.confidence)}
        testPrefix="confidence"
        onChoose={(value) => session.changeForm({ confidence: Number(value) })}
      />
      <label className="question">
        <span className="muted">Note</span>
        <textarea
          rows={2}
          value={form.note}
          maxLength={2000}
          placeholder="no names or dates"
          data-testid="note"
          onChange={(event) => session.changeForm({ note: event.target.value })}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
      </label>
      <SaveRow form={form} />
    </section>
  );
}
