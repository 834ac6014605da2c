/**
 * The open form: where and why the model failed, or what is there without its word. Site and side are chosen beforehand where
 * the place proposes them, and marked so.
 */
import { useEffect, useRef } from 'react';
import { keyOf } from '../keys/key_table';
import type { FailureForm } from '../reviews/failure_form';
import { VERDICT_TITLES, missing } from '../reviews/failure_form';
import { activeRow, rowsOf } from '../reviews/form_rows';
import { isMark } from '../reviews/mark_form';
import { drawBox, putBox } from '../session/form_box';
import { goToRow, openRow } from '../session/form_keys';
import { chooseIn } from '../session/state_answers';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { QuestionRow } from './QuestionRow';
import { clock } from './wording';

interface Props {
  readonly form: FailureForm;
}

function BoxQuestion({ form }: Props) {
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

function NoteField({ form }: Props) {
  const session = useSession();
  return (
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
  );
}

function SaveRow({ form }: Props) {
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

/** Whether the form is saved, on its way, or a draft (HH:MM of when it was kept). */
function StateWords({ form }: Props) {
  const own = useSession().desk.corrected(form);
  const draft = form.keptAt === undefined ? 'not saved yet' : `draft kept from ${clock(new Date(form.keptAt)).slice(0, 5)}`;
  const given = own?.isWaiting ? 'waiting' : `saved ${clock(new Date(own?.created_at ?? 0))}`;
  return (
    <span className="faint small" data-testid="form-state">
      {form.isChanged || !own ? draft : given}
    </span>
  );
}

/** Keyboard focus into a row; on a choice Enter saves. */
function standAt(form: HTMLElement | null, name: string | undefined): void {
  const row = form?.querySelector(`[data-row=${name}]`);
  if (!row || row.contains(document.activeElement)) return;
  row.querySelector<HTMLElement>('[role=radio][tabindex="0"]')?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

export function FormView({ form }: Props) {
  const session = useSession();
  const { scheme } = useStore(session.scheme);
  useStore(session.desk.state);
  useStore(session.desk.outbox.state);
  const { problem } = useStore(session.drafts.state);
  const { formRow, isRowOpen } = useStore(session.panel);
  const place = useRef<HTMLElement>(null);
  const rows = scheme ? rowsOf(form, scheme, session.findings()) : [];
  const active = activeRow(rows, formRow)?.name;
  const isLoaded = scheme !== null;
  const latest = useRef(active);
  useEffect(() => {
    latest.current = active;
  });
  useEffect(() => {
    // A keyboard reader stands at the question that has the digits at once, not thirty stops away from it.
    if (place.current?.closest('.panel')) place.current.scrollIntoView({ block: 'nearest' });
    standAt(place.current, latest.current);
  }, [form.finding, form.verdict, isLoaded]);
  useEffect(() => {
    if (formRow) standAt(place.current, formRow);
  }, [formRow]);
  if (!scheme) return <p className="muted">Loading the failure scheme…</p>;

  return (
    <section
      className="failure"
      ref={place}
      aria-label={VERDICT_TITLES[form.verdict]}
      data-testid={isMark(form) ? 'mark-form' : 'failure-form'}
    >
      <div className="form-rows">
        <div className="row">
          <h3 className="grow reader">{VERDICT_TITLES[form.verdict]}</h3>
          <StateWords form={form} />
        </div>
        {problem && form.isChanged && (
          <p className="stop small" role="alert" data-testid="draft-problem">
            {problem}
          </p>
        )}
        {rows.map((row) => (
          <QuestionRow
            key={row.name}
            row={row}
            isActive={row.name === active}
            isAll={row.name === formRow && isRowOpen}
            onEnter={() => row.name !== active && goToRow(session, row.name)}
            onOther={() => openRow(session, row.name)}
            onChoose={(code) => chooseIn(session, row.name, code)}
          />
        ))}
        <BoxQuestion form={form} />
        <NoteField form={form} />
      </div>
      <SaveRow form={form} />
    </section>
  );
}
