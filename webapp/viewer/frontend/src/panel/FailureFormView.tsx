/** Where and why the model failed. Site and side are chosen beforehand where the place proposes them, and marked so. */
import { useEffect, useRef, useState } from 'react';
import type { Choice } from '../api/scheme';
import { ordered } from '../api/scheme';
import { keyOf } from '../keys/key_table';
import type { FailureForm } from '../reviews/failure_form';
import { VERDICT_TITLES, missing } from '../reviews/failure_form';
import { drawBox, putBox } from '../session/form_box';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { ChipGroup } from './ChipGroup';
import { clock } from './wording';

const CHIPS_SHOWN = 7;
export const CONFIDENCES: readonly Choice[] = ['1', '2', '3', '4', '5'].map((code) => ({ code, title: code }));

interface QuestionProps {
  readonly question: string;
  readonly choices: readonly Choice[];
  readonly proposed?: readonly string[];
  readonly shown?: number;
  /** The chosen one is a proposal, and nobody's choice so far. */
  readonly isProposed?: boolean;
  readonly value: string | null;
  readonly testPrefix: string;
  readonly onChoose: (value: string) => void;
}

export function Question({
  question,
  choices,
  proposed = [],
  shown = choices.length,
  isProposed = false,
  value,
  testPrefix,
  onChoose,
}: QuestionProps) {
  const [isOpen, setOpen] = useState(false);
  const { first, rest } = ordered(choices, proposed, shown);
  const isHidden = rest.some((choice) => choice.code === value);
  const offered = isOpen || isHidden ? [...first, ...rest] : first;
  return (
    <div className="question">
      <span className="muted">
        {question}
        {isProposed && <span className="faint small" data-testid={`${testPrefix}-proposed`}> proposed</span>}
      </span>
      <ChipGroup
        label={question}
        chips={offered.map(({ code, title }) => ({ value: code, title, hint: code }))}
        value={value}
        testPrefix={testPrefix}
        onChoose={onChoose}
      >
        {offered.length < choices.length && (
          <button type="button" className="choice" data-testid={`${testPrefix}-other`} onClick={() => setOpen(true)}>
            other…
          </button>
        )}
      </ChipGroup>
    </div>
  );
}

export function BoxQuestion({ form }: { readonly form: FailureForm }) {
  const session = useSession();
  const { tool } = useStore(session.controller.view);
  const { box } = form;
  const numbers = box && [box.x, box.y, box.w, box.h].map((v) => v.toFixed(1)).join(', ');
  return (
    <div className="question row">
      <button
        type="button"
        className={tool === 'box' ? 'on' : ''}
        aria-pressed={tool === 'box'}
        data-testid="draw-box"
        onClick={() => drawBox(session)}
      >
        {tool === 'box' && !box ? 'Box in the centre' : 'Draw a box'} <kbd>{keyOf('box')}</kbd>
      </button>
      <span className="grow num small muted" data-testid="box-numbers">
        {numbers
          ? `x, y, w, h: ${numbers}`
          : form.verdict === 'wrong_place'
            ? 'needed: where it should be'
            : 'optional'}
      </span>
      {box && (
        <button type="button" className="plain" onClick={() => putBox(session, null)}>
          remove
        </button>
      )}
    </div>
  );
}

export function SaveRow({ form }: { readonly form: FailureForm }) {
  const session = useSession();
  const lacks = missing(form);
  const isReady = lacks.length === 0 && form.isChanged;
  const hint = lacks.length
    ? `still needed: ${lacks.join(', ')}`
    : form.isChanged
      ? 'ready'
      : 'already given; change anything to save anew';
  return (
    <div className="row">
      <span className="grow small muted">{hint}</span>
      {form.isChanged && (
        <button type="button" className="plain" data-testid="discard-draft" onClick={() => void session.discardForm()}>
          Discard
        </button>
      )}
      <button type="button" className="plain" onClick={() => session.closeForm()}>
        Close
      </button>
      <button
        type="button"
        className="save"
        aria-disabled={!isReady}
        data-testid="save-review"
        onClick={() => void session.saveForm()}
      >
        Save <kbd>{keyOf('submit')}</kbd>
      </button>
    </div>
  );
}

/** HH:MM of the draft that the form was opened from. */
export const unsavedWords = ({ keptAt }: FailureForm): string =>
  keptAt === undefined ? 'not saved yet' : `draft kept from ${clock(new Date(keptAt)).slice(0, 5)}`;

export function FailureFormView({ form }: { readonly form: FailureForm }) {
  const session = useSession();
  const { scheme } = useStore(session.scheme);
  useStore(session.desk.state);
  useStore(session.desk.outbox.state);
  const { problem } = useStore(session.drafts.state);
  const place = useRef<HTMLElement>(null);
  const isLoaded = scheme !== null;
  useEffect(() => {
    // A keyboard reader stands at the first question at once, not thirty stops away from it.
    place.current?.querySelector<HTMLElement>('[role=radio][tabindex="0"]')?.focus({ preventScroll: true });
    if (place.current?.closest('.panel')) place.current.scrollIntoView({ block: 'nearest' });
  }, [form.finding, form.verdict, isLoaded]);
  if (!scheme) return <p className="muted">Loading the failure scheme…</p>;

  const own = session.desk.own(form.finding, form.bundle);
  const rows = scheme.suggestions.filter((row) => row.verdict === form.verdict);
  const change = (key: keyof FailureForm) => (value: string) => session.changeForm({ [key]: value });
  const state =
    form.isChanged || !own ? unsavedWords(form) : own.isWaiting ? 'waiting' : `saved ${clock(new Date(own.created_at))}`;
  return (
    <section className="failure" ref={place} aria-label={VERDICT_TITLES[form.verdict]} data-testid="failure-form">
      <div className="row">
        <h3 className="grow reader">{VERDICT_TITLES[form.verdict]}</h3>
        <span className="faint small" data-testid="form-state">{state}</span>
      </div>
      {problem && form.isChanged && (
        <p className="stop small" role="alert" data-testid="draft-problem">
          {problem}
        </p>
      )}
      <Question
        question={form.verdict === 'false_negative' ? 'Where is it?' : 'Where did it look?'}
        choices={scheme.sites}
        proposed={[...(form.proposal?.sites ?? []), ...rows.map((row) => row.site)]}
        isProposed={form.isSiteProposed}
        shown={CHIPS_SHOWN}
        value={form.site}
        testPrefix="site"
        onChoose={change('site')}
      />
      <Question
        question="Side"
        choices={scheme.lateralities}
        isProposed={form.isSideProposed}
        value={form.laterality}
        testPrefix="laterality"
        onChoose={change('laterality')}
      />
      <Question
        question="Why?"
        choices={scheme.causes}
        proposed={rows.map((row) => row.cause)}
        shown={CHIPS_SHOWN}
        value={form.cause}
        testPrefix="cause"
        onChoose={change('cause')}
      />
      <Question
        question="Severity"
        choices={scheme.severities}
        value={form.severity}
        testPrefix="severity"
        onChoose={change('severity')}
      />
      <Question
        question="Confidence"
        choices={CONFIDENCES}
        value={form.confidence === null ? null : String(form.confidence)}
        testPrefix="confidence"
        onChoose={(value) => session.changeForm({ confidence: Number(value) })}
      />
      <BoxQuestion form={form} />
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
