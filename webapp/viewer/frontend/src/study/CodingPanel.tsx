/** Coding the model's failures of one case: where it looked, why, how bad. Codes come from the published scheme. */
import type { Choice, Scheme } from '../api/scheme';
import { ChipGroup } from '../panel/ChipGroup';
import { fraction } from '../panel/wording';
import { useStore } from '../state/store';
import { codingOf } from './answer_body';
import type { CaseReading } from './case_reading';
import type { Coding, CodingItem } from './documents';
import { studyKey } from './study_keys';

const OUTCOMES: Record<string, string> = {
  FP: 'false positive: called present, reference says absent',
  FN_IMG: 'missed: called absent, reference says present',
  FN_LOC: 'wrong place: no predicted box meets the reference',
  FP_LOC: 'extra region on a positive image',
};
const CONFIDENCES: readonly Choice[] = ['1', '2', '3', '4', '5'].map((code) => ({ code, title: code }));

interface Props {
  readonly reading: CaseReading;
  readonly scheme: Scheme;
  readonly item: CodingItem;
  readonly n: number;
}

function Codes(props: {
  readonly question: string;
  readonly choices: readonly Choice[];
  readonly value: string | null;
  readonly testPrefix: string;
  readonly onChoose: (code: string) => void;
}) {
  return (
    <div className="question">
      <span className="muted">{props.question}</span>
      <ChipGroup
        label={props.question}
        chips={props.choices.map(({ code, title }) => ({ value: code, title, hint: code }))}
        value={props.value}
        testPrefix={props.testPrefix}
        onChoose={props.onChoose}
      />
    </div>
  );
}

function Item({ reading, scheme, item, n }: Props) {
  const { item: chosen } = useStore(reading.state);
  const { now: body } = useStore(reading.history);
  const coding = codingOf(body, item.id, item.outcome);
  const isOpen = chosen === item.id;
  const change = (values: Partial<Coding>): void => reading.code(item.id, values);
  const score = item.probability == null ? '' : ` · ${fraction(item.probability)}`;
  const cut = item.threshold == null ? '' : ` at operating point ${fraction(item.threshold)}`;
  return (
    <section className={isOpen ? 'finding on' : 'finding'} data-testid={`item-${n}`}>
      <button type="button" className="plain name" onClick={() => reading.state.set({ item: item.id })}>
        {n}. {item.finding.replaceAll('_', ' ')}
      </button>
      <p className="muted small">
        {OUTCOMES[item.outcome] ?? item.outcome}
        {score}
        {cut}
      </p>
      {isOpen && (
        <>
          <Codes
            question="Where?"
            choices={scheme.sites}
            value={coding.site || null}
            testPrefix="site"
            onChoose={(site) => change({ site })}
          />
          <Codes
            question="Side"
            choices={scheme.lateralities}
            value={coding.laterality || null}
            testPrefix="laterality"
            onChoose={(laterality) => change({ laterality })}
          />
          <Codes
            question="Why?"
            choices={scheme.causes}
            value={coding.cause || null}
            testPrefix="cause"
            onChoose={(cause) => change({ cause })}
          />
          <Codes
            question="Severity"
            choices={scheme.severities}
            value={coding.severity === null ? null : String(coding.severity)}
            testPrefix="severity"
            onChoose={(severity) => change({ severity: Number(severity) })}
          />
          <Codes
            question="Confidence"
            choices={CONFIDENCES}
            value={coding.confidence === null ? null : String(coding.confidence)}
            testPrefix="confidence"
            onChoose={(confidence) => change({ confidence: Number(confidence) })}
          />
          <div className="question row">
            <button type="button" data-testid="draw-box" onClick={() => reading.drawBox()}>
              Region <kbd>{studyKey('box')}</kbd>
            </button>
            <span className="grow small muted">
              {coding.region ? 'region drawn' : 'optional: the predicted box stands for it'}
            </span>
            {coding.region && (
              <button type="button" className="plain" onClick={() => change({ region: null })}>
                remove
              </button>
            )}
          </div>
          <label className="question">
            <span className="muted">Note</span>
            <textarea
              rows={2}
              maxLength={2000}
              value={coding.note}
              placeholder="no names or dates"
              onChange={(event) => change({ note: event.target.value })}
              onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
            />
          </label>
        </>
      )}
    </section>
  );
}

export function CodingPanel({ reading, scheme }: { readonly reading: CaseReading; readonly scheme: Scheme | null }) {
  if (!scheme) return <p className="muted">Loading the failure scheme…</p>;
  return (
    <>
      <h2>Failures of the model</h2>
      {(reading.assignment.items ?? []).map((item, i) => (
        <Item key={item.id} reading={reading} scheme={scheme} item={item} n={i + 1} />
      ))}
    </>
  );
}
