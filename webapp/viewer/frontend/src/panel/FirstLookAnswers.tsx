/** What was said of the image before the model was shown, own and others', beside what the model says now. */
import type { FirstLookRow } from '../api/schema';
import { SAYS_TITLES } from '../first_look/look_answers';
import { useSession } from '../shell/session_context';
import type { FirstLook } from '../first_look/first_look';
import { useStore } from '../state/store';
import { clock } from './wording';

function Look({ look }: { readonly look: FirstLookRow }) {
  const session = useSession();
  const titleOf = (key: string): string =>
    session.findings().find((finding) => finding.key === key)?.title ?? key.replaceAll('_', ' ');
  const order = session.findings().map(({ key }) => key);
  const answers = [...look.answers].sort((a, b) => order.indexOf(a.finding) - order.indexOf(b.finding));
  const when = new Date(look.created_at);
  return (
    <li data-testid="first-look-kept">
      {look.broken ? (
        <div className="muted">the model was shown without an answer</div>
      ) : (
        answers.map((answer) => (
          <div key={answer.finding}>
            <span className="reader">{SAYS_TITLES[answer.says]}</span> · {titleOf(answer.finding)}
            {answer.confidence !== null && <span className="muted"> · confidence {answer.confidence}</span>}
            {answer.box && (
              <span className="muted num">
                {' '}
                · box {[answer.box.x, answer.box.y, answer.box.w, answer.box.h].map((v) => v.toFixed(0)).join(', ')}
              </span>
            )}
          </div>
        ))
      )}
      <div className="faint small num">
        {look.reader} · {when.toLocaleDateString('en-CA')} {clock(when)}
      </div>
    </li>
  );
}

function Looks({ look }: { readonly look: FirstLook }) {
  const { document } = useStore(look.state);
  const session = useSession();
  useStore(session.predictions.state);
  if (document.looks.length === 0) return null;
  return (
    <section aria-label="Before the model">
      <h2>Before the model</h2>
      <ul className="answers">
        {document.looks.map((one) => (
          <Look key={one.id} look={one} />
        ))}
      </ul>
    </section>
  );
}

export function FirstLookAnswers() {
  const { firstLook } = useSession();
  return firstLook && <Looks look={firstLook} />;
}
