/** In place of what the model says while it waits for the reader's own look: each finding with three answers, and the lock. */
import type { AskedFinding } from '../api/schema';
import type { FirstLook } from '../first_look/first_look';
import type { Says } from '../first_look/look_answers';
import { SAYS_TITLES, stillOpen } from '../first_look/look_answers';
import { lookKey } from '../first_look/look_keys';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { ChipGroup } from './ChipGroup';

const CONFIDENCES = ['1', '2', '3', '4', '5'].map((value) => ({ value, title: value }));
const CHOICES: readonly (readonly [Says, string])[] = [
  ['present', 'present'],
  ['absent', 'absent'],
  ['cannot_judge', 'cannot-say'],
];

/** How sure, and where: optional, of the chosen finding. */
function More({ look }: { readonly look: FirstLook }) {
  const session = useSession();
  const { tool } = useStore(session.controller.view);
  const answer = look.selected();
  if (!answer) return null;
  const { box } = answer;
  return (
    <>
      {answer.says !== 'cannot_judge' && (
        <ChipGroup
          label="Confidence"
          chips={CONFIDENCES}
          value={answer.confidence === null ? null : String(answer.confidence)}
          testPrefix="look-confidence"
          onChoose={(value) => look.setConfidence(Number(value))}
        >
          <span className="faint small">how sure? (optional)</span>
        </ChipGroup>
      )}
      {answer.says === 'present' && (
        <div className="question row">
          <button
            type="button"
            className={tool === 'box' ? 'on' : ''}
            aria-pressed={tool === 'box'}
            data-testid="look-box"
            onClick={() => look.drawBox()}
          >
            {tool === 'box' && !box ? 'Box in the centre' : 'Draw a box'} <kbd>{lookKey('box')}</kbd>
          </button>
          <span className="grow num small muted" data-testid="look-box-numbers">
            {box ? `x, y, w, h: ${[box.x, box.y, box.w, box.h].map((v) => v.toFixed(1)).join(', ')}` : 'optional'}
          </span>
          {box && (
            <button type="button" className="plain" onClick={() => look.putBox(null)}>
              remove
            </button>
          )}
        </div>
      )}
    </>
  );
}

function Asked({ look, finding }: { readonly look: FirstLook; readonly finding: AskedFinding }) {
  const { answers, selected } = useStore(look.state);
  const isSelected = selected === finding.key;
  const says = answers[finding.key]?.says;
  return (
    <section
      className={isSelected ? 'finding on' : 'finding'}
      data-testid={`look-${finding.key}`}
      aria-label={finding.title}
    >
      <button
        type="button"
        className="name plain"
        aria-expanded={isSelected}
        onClick={() => look.select(finding.key)}
      >
        {finding.title}
      </button>
      <div className="acts">
        {CHOICES.map(([choice, row]) => (
          <button
            key={choice}
            type="button"
            className={says === choice ? 'chosen' : ''}
            aria-pressed={says === choice}
            data-testid={`look-${choice}-${finding.key}`}
            onClick={() => look.say(finding.key, choice)}
          >
            {SAYS_TITLES[choice]} <kbd>{lookKey(row)}</kbd>
          </button>
        ))}
      </div>
      {isSelected && <More look={look} />}
    </section>
  );
}

function LockRow({ look }: { readonly look: FirstLook }) {
  const { answers, isSending } = useStore(look.state);
  const open = stillOpen(answers, look.asked());
  return (
    <>
      <div className="row">
        <span className="grow small muted" data-testid="look-open">
          {open.length ? `${open.length} of ${look.asked().length} still open` : 'ready'}
        </span>
        {open.length > 0 && (
          <button type="button" className="plain" data-testid="look-rest" onClick={() => look.sayRestAbsent()}>
            The rest is absent <kbd>{lookKey('rest')}</kbd>
          </button>
        )}
      </div>
      <div className="acts">
        <button
          type="button"
          className="save"
          aria-disabled={open.length > 0 || isSending}
          data-testid="look-lock"
          onClick={() => void look.lock()}
        >
          Lock, and see the model <kbd>{lookKey('lock')}</kbd>
        </button>
      </div>
    </>
  );
}

/** What went wrong, with the answers or without them. */
function Problem({ look }: { readonly look: FirstLook }) {
  const { problem } = useStore(look.state);
  if (!problem) return null;
  return (
    <p className="stop small" role="alert" data-testid="look-problem">
      {problem}
    </p>
  );
}

/** The model without an answer: possible at any time, and recorded. */
function WithoutAnswer({ look }: { readonly look: FirstLook }) {
  const { isShowAsked, document } = useStore(look.state);
  if (!isShowAsked)
    return (
      <div className="question">
        <button type="button" className="plain small" data-testid="look-show" onClick={() => look.askToShow(true)}>
          I need the model now…
        </button>
      </div>
    );
  return (
    <div className="model-state question" data-testid="look-reasons">
      <p>The model is shown at once, and it is recorded that you saw it without an answer of your own. Why?</p>
      <div className="chips">
        {document.reasons.map(({ code, title }) => (
          <button
            key={code}
            type="button"
            className="choice"
            data-testid={`look-reason-${code}`}
            onClick={() => void look.showModel(code)}
          >
            {title}
          </button>
        ))}
        <button type="button" className="plain" onClick={() => look.askToShow(false)}>
          Back
        </button>
      </div>
    </div>
  );
}

export function FirstLookPanel({ look }: { readonly look: FirstLook }) {
  const { document } = useStore(look.state);
  return (
    <div data-testid="first-look">
      <h2>Your look first</h2>
      <div className="model-state">
        <p>The model is shown after your answer.</p>
        <p className="muted small">Chance has chosen this case. Answers given without the model show how good it really is.</p>
      </div>
      {document.findings.map((finding) => (
        <Asked key={finding.key} look={look} finding={finding} />
      ))}
      {document.findings.length > 0 ? (
        <LockRow look={look} />
      ) : (
        <p className="muted">No model is in service, so there is nothing to ask yet.</p>
      )}
      <Problem look={look} />
      <WithoutAnswer look={look} />
    </div>
  );
}
