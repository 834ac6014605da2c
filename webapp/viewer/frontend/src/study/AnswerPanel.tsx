/** The form of one case: findings with rating and action, marks, questions, comment, and the way out for a bad image. */
import { ChipGroup } from '../panel/ChipGroup';
import { useStore } from '../state/store';
import { QUESTION_CONTROLS } from './question_controls';
import { RatingScale } from './RatingScale';
import { boxOf, ratingOf } from './answer_body';
import type { CaseReading } from './case_reading';
import type { AnswerBody, FormFinding, FormQuestion, ReadingForm, StudyMark } from './documents';
import { studyKey } from './study_keys';

const TITLES = { none: 'none', follow_up: 'follow-up', ct: 'CT', urgent: 'urgent' };
const ACTION_TITLES: Record<string, string> = TITLES satisfies Record<ReadingForm['actions'][number], string>;
const REASONS = ['cut off', 'motion', 'exposure', 'wrong view', 'not readable'];

interface Props {
  readonly reading: CaseReading;
  readonly body: AnswerBody;
}

/** The unaided answer that was locked before the model was shown: read only, beside the one being given. */
function LockedRating({ reading, finding }: { readonly reading: CaseReading; readonly finding: string }) {
  const before = reading.assignment.locked.unaided?.body;
  if (!before || reading.assignment.stage !== 'aided') return null;
  const { rating, action } = ratingOf(before, finding);
  return (
    <p className="faint small" data-testid={`locked-${finding}`}>
      locked without the model: <span className="num">{rating ?? '–'}</span>
      {action && ` · ${ACTION_TITLES[action] ?? action}`}
    </p>
  );
}

function FindingRow({ reading, body, finding }: Props & { readonly finding: FormFinding }) {
  const { finding: chosen, feedback } = useStore(reading.state);
  const { rating, action } = ratingOf(body, finding.code);
  const isOff = reading.isReadOnly || body.inadequate !== '';
  const right = feedback?.right[finding.code];
  return (
    <section
      className={chosen === finding.code ? 'finding on' : 'finding'}
      data-testid={`finding-${finding.code}`}
      onFocusCapture={() => reading.state.set({ finding: finding.code })}
    >
      <div className="row">
        <button
          type="button"
          className="plain name"
          onClick={() => reading.state.set({ finding: finding.code })}
          aria-pressed={chosen === finding.code}
        >
          {finding.label}
        </button>
        {right != null && <span className={right ? 'truth' : 'stop'}>{right ? 'right' : 'wrong'}</span>}
      </div>
      <RatingScale
        finding={finding}
        value={rating}
        isDisabled={isOff}
        onRate={(value) => reading.rate(finding.code, { rating: value })}
      />
      {reading.assignment.form.actions.length > 0 && (
        <ChipGroup
          label={`Action, ${finding.label}`}
          chips={reading.assignment.form.actions.map((code) => ({ value: code, title: ACTION_TITLES[code] ?? code }))}
          value={action || null}
          testPrefix={`action-${finding.code}`}
          onChoose={(code) => !isOff && reading.rate(finding.code, { action: code })}
        />
      )}
      <LockedRating reading={reading} finding={finding.code} />
    </section>
  );
}

function MarkRow({ reading, mark, n }: { readonly reading: CaseReading; readonly mark: StudyMark; readonly n: number }) {
  const { mark: chosen } = useStore(reading.state);
  const finding = reading.assignment.form.findings.find((own) => own.code === mark.finding);
  if (!finding) return null;
  const place = [mark.x, mark.y, ...(boxOf(mark) ? [mark.w, mark.h] : [])].map((v) => v.toFixed(0)).join(', ');
  return (
    <li className={chosen === mark.key ? 'on' : ''} data-testid={`mark-${n}`}>
      <div className="row">
        <button type="button" className="plain reader" onClick={() => reading.selectMark(mark.key)}>
          {n} {finding.label}
        </button>
        <span className="grow num small muted">
          {mark.shape} {place}
        </span>
        <button type="button" className="plain" disabled={reading.isReadOnly} onClick={() => reading.removeMark(mark.key)}>
          remove
        </button>
      </div>
      <RatingScale
        finding={finding}
        label={`Confidence of mark ${n}`}
        value={mark.rating}
        isDisabled={reading.isReadOnly}
        testId={`mark-${n}-rating`}
        onRate={(rating) => reading.changeMark({ ...mark, rating })}
      />
    </li>
  );
}

function Marks({ reading, body }: Props) {
  const { marks } = reading.assignment.form;
  const { isPointing } = useStore(reading.state);
  const { tool } = useStore(reading.controller.view);
  if (!marks.length) return null;
  return (
    <section className="block">
      <div className="row">
        <h2 className="grow">Marks</h2>
        {marks.includes('box') && (
          <button
            type="button"
            className={tool === 'box' ? 'on' : ''}
            aria-pressed={tool === 'box'}
            data-testid="draw-box"
            onClick={() => reading.drawBox()}
          >
            Box <kbd>{studyKey('box')}</kbd>
          </button>
        )}
        {marks.includes('point') && (
          <button
            type="button"
            className={isPointing ? 'on' : ''}
            aria-pressed={isPointing}
            data-testid="place-point"
            onClick={() => reading.pointTool()}
          >
            Point <kbd>{studyKey('point')}</kbd>
          </button>
        )}
      </div>
      {body.marks.length === 0 && <p className="muted small">none: mark each place you would report</p>}
      <ol className="marks">
        {body.marks.map((mark, i) => (
          <MarkRow key={mark.key} reading={reading} mark={mark} n={i + 1} />
        ))}
      </ol>
    </section>
  );
}

function Question({ reading, body, question }: Props & { readonly question: FormQuestion }) {
  const Control = QUESTION_CONTROLS[question.type];
  return (
    <Control
      question={question}
      title={question.required ? question.label : `${question.label} (optional)`}
      value={body.answers[question.code] ?? null}
      give={(answer) => reading.reply(question.code, answer)}
    />
  );
}

function Inadequate({ reading, body }: Props) {
  if (!reading.assignment.form.inadequate) return null;
  return (
    <div className="question">
      <span className="muted">Technically inadequate?</span>
      <ChipGroup
        label="Technically inadequate"
        chips={[{ value: '', title: 'no' }, ...REASONS.map((reason) => ({ value: reason, title: reason }))]}
        value={body.inadequate}
        testPrefix="inadequate"
        onChoose={(reason) => reading.inadequate(reason)}
      />
    </div>
  );
}

export function AnswerPanel({ reading }: { readonly reading: CaseReading }) {
  const { now: body } = useStore(reading.history);
  useStore(reading.submission.state);
  useStore(reading.sync.state);
  const { findings, questions, comment } = reading.assignment.form;
  return (
    <>
      <h2>Findings</h2>
      {findings.map((finding) => (
        <FindingRow key={finding.code} reading={reading} body={body} finding={finding} />
      ))}
      <Marks reading={reading} body={body} />
      {questions.map((question) => (
        <Question key={question.code} reading={reading} body={body} question={question} />
      ))}
      <Inadequate reading={reading} body={body} />
      {comment && (
        <label className="question">
          <span className="muted">Comment</span>
          <textarea
            rows={2}
            maxLength={2000}
            value={body.comment}
            placeholder="no names or dates"
            data-testid="comment"
            onChange={(event) => reading.comment(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          />
        </label>
      )}
    </>
  );
}
