/** Answers already given to this image, newest first, with their boxes in numbers: the marks as text. */
import type { Scheme } from '../api/scheme';
import { VERDICT_TITLES } from '../reviews/failure_form';
import { isMark } from '../reviews/mark_form';
import { mayGiveAgain, openGiven } from '../session/state_answers';
import type { Answer } from '../session/reviews_state';
import { currentAnswers } from '../session/reviews_state';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { clock } from './wording';

function failureWords(answer: Answer, scheme: Scheme | null): string {
  const { failure } = answer;
  if (!failure) return '';
  const title = (choices: readonly { code: string; title: string }[] | undefined, code: string): string =>
    choices?.find((choice) => choice.code === code)?.title ?? code;
  const side = failure.laterality && failure.laterality !== 'U' ? title(scheme?.lateralities, failure.laterality) : '';
  const severity = failure.severity === null ? '' : `severity ${failure.severity}`;
  const cause = failure.cause ? title(scheme?.causes, failure.cause) : '';
  return [title(scheme?.sites, failure.site), side, cause, severity]
    .filter(Boolean)
    .join(' · ');
}

function Row({
  answer,
  title,
  isCurrent,
}: {
  readonly answer: Answer;
  readonly title: string;
  readonly isCurrent: boolean;
}) {
  const session = useSession();
  const { scheme } = useStore(session.scheme);
  const box = answer.failure?.box ?? answer.box;
  const canChange = isCurrent && answer.isMine && (answer.failure !== null || isMark(answer)) && mayGiveAgain(session, answer);
  const when = new Date(answer.created_at);
  return (
    <li className={isCurrent ? '' : 'replaced'} data-testid={`review-${answer.verdict}`}>
      <div className="row">
        <span className="grow">
          <span className="reader">{VERDICT_TITLES[answer.verdict]}</span> · {title}
        </span>
        {!isCurrent && <span className="chip">replaced</span>}
        {isCurrent && answer.isMine && (
          <button
            type="button"
            className="plain"
            data-testid={`take-back-${answer.term ?? answer.finding}`}
            aria-label={`take back ${VERDICT_TITLES[answer.verdict]} on ${title}`}
            onClick={() => session.withdraw(answer)}
          >
            take back
          </button>
        )}
        {canChange && (
          <button type="button" className="plain" onClick={() => openGiven(session, answer)}>
            change
          </button>
        )}
      </div>
      {answer.failure && <div>{failureWords(answer, scheme)}</div>}
      {answer.note && <div className="muted">“{answer.note}”</div>}
      <div className="faint small num">
        {answer.reader} · {answer.isWaiting ? 'waiting' : `${when.toLocaleDateString('en-CA')} ${clock(when)}`}
        {answer.confidence !== null && ` · confidence ${answer.confidence}`}
        {box && ` · box ${[box.x, box.y, box.w, box.h].map((v) => v.toFixed(0)).join(', ')}`}
      </div>
    </li>
  );
}

/** isOwnOnly: while the model is hidden; what colleagues say of it would tell it. */
export function ReviewList({ isOwnOnly }: { readonly isOwnOnly: boolean }) {
  const session = useSession();
  const { problem } = useStore(session.desk.state);
  useStore(session.desk.outbox.state);
  useStore(session.predictions.state);
  const answers = session.desk.answers().filter((answer) => answer.isMine || !isOwnOnly);
  const current = new Set(currentAnswers(answers));
  const { scheme } = useStore(session.scheme);
  const titleOf = ({ finding: key, term }: Answer): string =>
    session.findings().find((finding) => finding.key === key)?.title ??
    scheme?.terms.find(({ code }) => code === term)?.title ??
    (term ?? key).replaceAll('_', ' ');
  return (
    <section aria-label="Answers">
      <h2>Answers</h2>
      {problem && <p className="stop">{problem}</p>}
      {answers.length === 0 && !problem && <p className="faint">none yet: answer a finding, or mark what the model does not know</p>}
      <ul className="answers" data-testid="review-list">
        {answers.map((answer) => (
          <Row key={session.desk.rowOf(answer)} answer={answer} title={titleOf(answer)} isCurrent={current.has(answer)} />
        ))}
      </ul>
    </section>
  );
}
