/** What a later examination showed, below the answers, and for managers the form to enter it. */
import { useEffect, useRef, useState } from 'react';
import type { LaterTruthRow, TruthChoices } from '../api/schema';
import { ChipGroup } from '../panel/ChipGroup';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import type { LaterForm } from './later_form';
import { SAYS_CHIPS, boxTitle, lacking, truthWords } from './later_form';
import type { LaterTruth } from './later_truth';
import { laterTruthOf } from './later_truth';

export function LaterTruthSection() {
  const later = laterTruthOf(useSession());
  const { truths, choices, form, problem } = useStore(later.state);
  useEffect(() => later.follow(), [later]);
  if (truths.length === 0 && !choices && !problem) return null;
  return (
    <section aria-label="Found later" data-testid="later-truth">
      <h2>Found later</h2>
      {problem && (
        <p className="stop small" role="alert" data-testid="later-problem">
          {problem}
        </p>
      )}
      <ul className="answers">
        {truths.map((truth) => (
          <Row key={truth.id} later={later} truth={truth} mayTakeBack={choices !== null} />
        ))}
      </ul>
      {choices && !form && (
        <div className="acts other-finding">
          <button type="button" data-testid="enter-later" onClick={() => later.open()}>
            Enter what was found later
          </button>
        </div>
      )}
      {choices && form && <Form later={later} form={form} choices={choices} />}
    </section>
  );
}

function Row({ later, truth, mayTakeBack }: { readonly later: LaterTruth; readonly truth: LaterTruthRow; readonly mayTakeBack: boolean }) {
  const [reason, setReason] = useState<string | null>(null);
  const { drawn } = useStore(later.state);
  const { box } = truth;
  const showWords = drawn.includes(truth.id) ? 'hide box' : 'show box';
  return (
    <li data-testid="later-row">
      <div className="row">
        <span className="grow">
          {truth.title} · {truthWords(truth)}
        </span>
        {box && (
          <button
            type="button"
            className="plain"
            aria-label={`${showWords}: ${boxTitle(truth)}`}
            data-testid="later-show-box"
            onClick={() => later.toggleBox(truth)}
          >
            {showWords}
          </button>
        )}
        {mayTakeBack && reason === null && (
          <button type="button" className="plain" data-testid="later-take-back" onClick={() => setReason('')}>
            take back
          </button>
        )}
      </div>
      {truth.note && (
        <div className="muted" dir="auto">
          “{truth.note}”
        </div>
      )}
      <div className="faint small num">
        entered by {truth.entered_by}
        {box && ` · box ${[box.x, box.y, box.w, box.h].map((v) => v.toFixed(0)).join(', ')}`}
      </div>
      {reason !== null && (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            void later.withdraw(truth.id, reason);
          }}
        >
          <input
            type="text"
            className="grow"
            aria-label="Why it is taken back"
            placeholder="why? readers may have been told"
            maxLength={500}
            required
            value={reason}
            data-testid="later-reason"
            onChange={(event) => setReason(event.target.value)}
          />
          <button type="submit" data-testid="later-take-back-save">
            Take back
          </button>
          <button type="button" className="plain" onClick={() => setReason(null)}>
            Close
          </button>
        </form>
      )}
    </li>
  );
}

interface FormProps {
  readonly later: LaterTruth;
  readonly form: LaterForm;
  readonly choices: TruthChoices;
}

function Form({ later, form, choices }: FormProps) {
  const { isSending } = useStore(later.state);
  const lacks = lacking(form);
  const place = useRef<HTMLFormElement>(null);
  useEffect(() => {
    void place.current?.scrollIntoView({ block: 'nearest' }); // what it gives back is nothing to run at the end
  }, []);
  return (
    <form
      ref={place}
      className="failure later-form"
      aria-label="What was found later"
      data-testid="later-form"
      onSubmit={(event) => {
        event.preventDefault();
        void later.save();
      }}
    >
      <label className="question">
        <span className="muted">Finding</span>
        <select value={form.subject} data-testid="later-subject" onChange={(event) => later.change({ subject: event.target.value })}>
          <option value="">choose…</option>
          <optgroup label="the model’s findings">
            {choices.findings.map(({ code, title }) => (
              <option key={code} value={`finding:${code}`}>
                {title}
              </option>
            ))}
          </optgroup>
          <optgroup label="beyond them">
            {choices.terms.map(({ code, title }) => (
              <option key={code} value={`term:${code}`}>
                {title}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      <div className="question">
        <span className="muted">It was</span>
        <ChipGroup
          label="What was found"
          chips={SAYS_CHIPS}
          value={form.says || null}
          testPrefix="later"
          onChoose={(says) => later.change({ says: says as LaterForm['says'] })}
        />
      </div>
      <label className="question">
        <span className="muted">By</span>
        <select value={form.source} data-testid="later-source" onChange={(event) => later.change({ source: event.target.value as LaterForm['source'] })}>
          <option value="">choose…</option>
          {choices.sources.map(({ code, title }) => (
            <option key={code} value={code}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label className="question">
        <span className="muted">Date of that examination</span>
        <input
          type="date"
          value={form.day}
          min={choices.first_day ?? undefined}
          max={choices.last_day}
          data-testid="later-day"
          onChange={(event) => later.change({ day: event.target.value })}
        />
      </label>
      {form.says === 'present' && <BoxQuestion later={later} form={form} />}
      <label className="question">
        <span className="muted">Note</span>
        <textarea
          rows={2}
          dir="auto"
          value={form.note}
          maxLength={2000}
          placeholder="no names or dates"
          data-testid="later-note"
          onChange={(event) => later.change({ note: event.target.value })}
        />
      </label>
      <div className="row">
        <span className="grow small muted">{lacks.length ? `still needed: ${lacks.join(', ')}` : 'ready'}</span>
        <button type="button" className="plain" onClick={() => later.close()}>
          Close
        </button>
        <button type="submit" className="save" aria-disabled={lacks.length > 0 || isSending} data-testid="later-save">
          Save
        </button>
      </div>
    </form>
  );
}

function BoxQuestion({ later, form }: Pick<FormProps, 'later' | 'form'>) {
  const { box } = form;
  return (
    <div className="question row">
      <button type="button" data-testid="later-box" onClick={() => later.draw()}>
        Draw a box
      </button>
      <span className="grow num small muted">{box ? [box.x, box.y, box.w, box.h].map((v) => v.toFixed(0)).join(', ') : 'optional'}</span>
      {box && (
        <button type="button" className="plain" onClick={() => later.removeBox()}>
          remove
        </button>
      )}
    </div>
  );
}
