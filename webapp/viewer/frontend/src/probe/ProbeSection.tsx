/** "What would change its mind?" below a finding that the reader has answered: what to erase, and how the number moved. */
import type { FindingDocument, PredictionDocument } from '../api/documents';
import type { ProbeChoices, ProbeDocument, ProbeNumber, ProbeStructure } from '../api/schema';
import { keyOf } from '../keys/key_table';
import { ChipGroup } from '../panel/ChipGroup';
import { fraction } from '../panel/wording';
import { boxesToShow } from '../session/panel_state';
import type { ReadingSession } from '../session/reading_session';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import type { Brush, ProbeDesk } from './probe_desk';
import { BRUSHES } from './probe_desk';
import { askErased, eraseMiddle, mayAsk, probeOf, toggleEraser, toggleProbe } from './probe_of_case';
import { EXPLAINED, isAtOdds, moved, numberWords, shareWords } from './probe_words';

interface Props {
  readonly prediction: PredictionDocument;
  readonly finding: FindingDocument;
}

export function ProbeSection({ prediction, finding }: Props) {
  const session = useSession();
  const desk = probeOf(session);
  const state = useStore(desk.state);
  if (finding.probability === null || !mayAsk(session, finding.key)) return null;
  const isOpen = state.finding === finding.key;
  return (
    <div className="probe" onClick={(event) => event.stopPropagation()}>
      <button
        type="button"
        className={isOpen ? 'on' : ''}
        aria-expanded={isOpen}
        data-testid={`probe-${finding.key}`}
        onClick={() => toggleProbe(session)}
      >
        What would change its mind? <kbd>{keyOf('probe')}</kbd>
      </button>
      {isOpen && <OpenProbe session={session} desk={desk} prediction={prediction} finding={finding} />}
    </div>
  );
}

function OpenProbe({ session, desk, prediction, finding }: Props & { readonly session: ReadingSession; readonly desk: ProbeDesk }) {
  const { choices, problem, asked } = useStore(desk.state);
  const own = asked.filter((one) => one.finding === finding.key && one.prediction === prediction.id);
  return (
    <>
      <p className="faint small">{EXPLAINED}</p>
      <Eraser session={session} desk={desk} />
      {choices ? <Structures session={session} desk={desk} choices={choices} prediction={prediction.id} finding={finding} /> : <p className="muted small">Looking for the chest…</p>}
      {problem && (
        <p className="stop small" role="alert" data-testid="probe-problem">
          {problem}
        </p>
      )}
      {own.map((one) => (
        <Asked key={one.id} one={one} desk={desk} choices={choices} />
      ))}
    </>
  );
}

function Eraser({ session, desk }: { readonly session: ReadingSession; readonly desk: ProbeDesk }) {
  const { isErasing, brush, strokes, isSending } = useStore(desk.state);
  return (
    <>
      <div className="row wrap">
        <button type="button" className={isErasing ? 'on' : ''} aria-pressed={isErasing} data-testid="eraser" onClick={() => toggleEraser(session)}>
          Eraser <kbd>{keyOf('eraser')}</kbd>
        </button>
        {isErasing && (
          <ChipGroup
            label="Width of the eraser"
            chips={Object.keys(BRUSHES).map((name) => ({ value: name, title: name }))}
            value={brush}
            testPrefix="brush"
            onChoose={(name) => desk.choose(name as Brush)}
          />
        )}
      </div>
      {strokes.length > 0 && (
        <div className="row wrap">
          <button type="button" disabled={isSending} data-testid="probe-ask" onClick={() => askErased(session)}>
            Ask without it {isErasing && <kbd>{keyOf('submit')}</kbd>}
          </button>
          {isErasing && (
            <button type="button" className="plain small" data-testid="eraser-more" onClick={() => eraseMiddle(session)}>
              one more
            </button>
          )}
          <button type="button" className="plain small" data-testid="probe-clear" onClick={() => desk.clear()}>
            clear
          </button>
        </div>
      )}
    </>
  );
}

function Structures({
  session,
  desk,
  choices,
  prediction,
  finding,
}: {
  readonly session: ReadingSession;
  readonly desk: ProbeDesk;
  readonly choices: ProbeChoices;
  readonly prediction: string;
  readonly finding: FindingDocument;
}) {
  const { isSending } = useStore(desk.state);
  const panel = useStore(session.panel);
  const boxes = boxesToShow(panel, finding).slice(0, choices.most_areas);
  const { structures, problem } = choices;
  return (
    <>
      {problem && (
        <p className="muted small" data-testid="probe-none">
          Nothing is offered by name: {problem.text}
        </p>
      )}
      <div className="chips" role="group" aria-label="Ask without">
        {structures.map((one) => (
          <button
            key={one.code}
            type="button"
            className="choice"
            disabled={isSending}
            data-testid={`erase-${one.code}`}
            onPointerEnter={() => desk.point(one)}
            onPointerLeave={() => desk.point(null)}
            onFocus={() => desk.point(one)}
            onBlur={() => desk.point(null)}
            onClick={() => void desk.ask(prediction, [{ structure: one.code }])}
          >
            {one.title}
          </button>
        ))}
        {structures.length > 1 && (
          <button
            type="button"
            className="choice"
            disabled={isSending}
            data-testid="erase-each"
            onClick={() => void desk.ask(prediction, structures.map(({ code }) => ({ structure: code })))}
          >
            Each of these
          </button>
        )}
        {boxes.length > 0 && (
          <button
            type="button"
            className="choice"
            disabled={isSending}
            data-testid="erase-boxes"
            onClick={() => void desk.ask(prediction, boxes.map(({ x, y, w, h }) => ({ box: { x, y, w, h } })))}
          >
            {boxes.length > 1 ? 'The model’s boxes, one by one' : 'The model’s box'}
          </button>
        )}
      </div>
    </>
  );
}

function Asked({ one, desk, choices }: { readonly one: ProbeDocument; readonly desk: ProbeDesk; readonly choices: ProbeChoices | null }) {
  const { result, error, areas, waiting_for: waiting } = one;
  if (error) {
    return (
      <p className="stop small" data-testid="probe-error">
        {error.text}
      </p>
    );
  }
  if (!result) return <p className="muted small">{waiting || 'The model is asked…'}</p>;
  const titles = new Map((choices?.fillings ?? []).map(({ code, title }) => [code, title]));
  const { before } = result;
  return (
    <table className="probe-table" data-testid="probe-result">
      <thead>
        <tr>
          <th scope="col">Without (share of the picture)</th>
          {result.erased[0]?.numbers.map(({ filling }) => (
            <th key={filling} scope="col">
              {titles.get(filling) ?? filling}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">nothing erased</th>
          <td colSpan={2} className="num model">
            {before.probability === null ? 'refused' : `${fraction(before.probability)}, ${before.decision}`}
          </td>
        </tr>
        {result.erased.map((erased, nth) => {
          const area = areas[nth];
          return area ? <ErasedRow key={nth} area={area} share={erased.share} before={before} numbers={erased.numbers} desk={desk} /> : null;
        })}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly area: ProbeStructure;
  readonly share: number;
  readonly before: ProbeNumber;
  readonly numbers: NonNullable<ProbeDocument['result']>['erased'][number]['numbers'];
  readonly desk: ProbeDesk;
}

function ErasedRow({ area, share, before, numbers, desk }: RowProps) {
  return (
    <tr tabIndex={0} onPointerEnter={() => desk.point(area)} onPointerLeave={() => desk.point(null)} onFocus={() => desk.point(area)} onBlur={() => desk.point(null)}>
      <th scope="row">
        {area.title}
        <span className="faint small"> {shareWords(share)}</span>
        {isAtOdds(before, numbers) && <span className="faint small"> · the fillings disagree</span>}
      </th>
      {numbers.map((number) => (
        <td key={number.filling} title={number.reason ?? undefined}>
          <Moved before={before} after={number} />
        </td>
      ))}
    </tr>
  );
}

/** From the number with nothing erased to this one, on one scale from 0 to 1. */
function Moved({ before, after }: { readonly before: ProbeNumber; readonly after: ProbeNumber }) {
  const step = moved(before, after);
  const from = before.probability ?? 0;
  return (
    <>
      <span className="num model">{numberWords(before, after)}</span>
      {step !== null && (
        <span className="moved" aria-hidden="true">
          <span style={{ left: `${100 * Math.min(from, from + step)}%`, width: `${100 * Math.abs(step)}%` }} />
          <i style={{ left: `${100 * from}%` }} />
        </span>
      )}
    </>
  );
}
