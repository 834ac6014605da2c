/** The model's answer in an aided part: only the layers of the arm, boxes and maps off until asked for. */
import type { AiFinding } from './documents';
import type { CaseReading } from './case_reading';
import { fraction } from '../panel/wording';
import { useStore } from '../state/store';
import { mapTitle } from '../overlay/map_layers';
import { scaleOf } from '../overlay/map_scores';
import { studyKey } from './study_keys';

function Score({ finding }: { readonly finding: AiFinding }) {
  if (finding.probability == null && !finding.decision) return null;
  return (
    <div className="row" data-testid={`ai-${finding.key}`}>
      <span className="grow">{finding.title}</span>
      {finding.decision && <span className="chip">{finding.decision}</span>}
      {finding.probability != null && <span className="num model">{fraction(finding.probability)}</span>}
    </div>
  );
}

export function AiPanel({ reading }: { readonly reading: CaseReading }) {
  const { ai, aiProblem, mapKind, finding, areBoxesShown, isAiVisible, opacity } = useStore(reading.state);
  if (aiProblem) {
    return (
      <div className="notice" role="alert" data-testid="ai-problem">
        <span>The model output belongs to this part and is not here: {aiProblem}</span>
        <button type="button" onClick={() => void reading.reveal()}>
          Load it again
        </button>
      </div>
    );
  }
  if (!ai) return null;
  const map = ai.maps?.find((own) => own.kind === mapKind);
  const isZero = map && finding && map.findings.includes(finding) && scaleOf(map, finding).isZero;
  const hasBoxes = ai.findings.some((finding) => finding.boxes !== undefined);
  return (
    <section className="model-state" data-testid="ai-panel" aria-label="Model output">
      <h2 className="model">Model</h2>
      {ai.state === 'abstained' ? (
        <p data-testid="ai-abstained">The model gave no answer: {ai.reason ?? 'no reason stated'}</p>
      ) : (
        ai.findings.map((finding) => <Score key={finding.key} finding={finding} />)
      )}
      <div className="acts">
        {hasBoxes && (
          <button
            type="button"
            className={areBoxesShown ? 'on' : ''}
            aria-pressed={areBoxesShown}
            data-testid="boxes-toggle"
            onClick={() => reading.toggleBoxes()}
          >
            Boxes
          </button>
        )}
        {(ai.maps ?? []).map((map) => (
          <button
            key={map.kind}
            type="button"
            className={mapKind === map.kind ? 'on' : ''}
            aria-pressed={mapKind === map.kind}
            data-testid={`map-${map.kind}`}
            onClick={() => reading.toggleMap(map.kind)}
          >
            {mapTitle(map.kind)} <kbd>{studyKey(map.kind)}</kbd>
          </button>
        ))}
        <button
          type="button"
          className={isAiVisible ? 'on' : ''}
          aria-pressed={isAiVisible}
          onClick={() => reading.toggleAi()}
        >
          Layers <kbd>{studyKey('layer')}</kbd>
        </button>
      </div>
      {isZero && (
        <p className="muted" data-testid="map-zero">
          no positive evidence: this map is zero everywhere
        </p>
      )}
      {mapKind && !isZero && (
        <label className="slider">
          <span>opacity</span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={opacity}
            onChange={(event) => reading.state.set({ opacity: Number(event.target.value) })}
          />
          <span className="num">{fraction(opacity)}</span>
        </label>
      )}
    </section>
  );
}
