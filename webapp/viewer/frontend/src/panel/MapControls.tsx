/** Map of the selected finding: kind, boxes, legend with numbers, threshold, opacity, colours, and what the map is worth. */
import type { FindingDocument, MapDocument, PredictionDocument } from '../api/documents';
import { keyOf } from '../keys/key_table';
import type { ColourMap } from '../overlay/colour_map';
import { COLOUR_MAPS, cssGradient } from '../overlay/colour_map';
import { mapTitle } from '../overlay/map_layers';
import { scaleOf } from '../overlay/map_scores';
import { comparedKind, compareMaps } from '../session/compared_maps';
import { mapThreshold, setThreshold, toggleBoxes, toggleMap } from '../session/map_choices';
import { areBoxesShown } from '../session/panel_state';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { ChipGroup } from './ChipGroup';
import { agreementSentence, evidenceOf, evidenceSentence, fraction, ruleTitle } from './wording';

function Slider(props: { label: string; value: number; testId: string; shown: string; onChange(value: number): void }) {
  return (
    <label className="slider">
      <span>{props.label}</span>
      <input
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={props.value}
        data-testid={props.testId}
        onChange={(event) => props.onChange(Number(event.target.value))}
      />
      <span className="num">{props.shown}</span>
    </label>
  );
}

function Legend({ document, finding }: { readonly document: MapDocument; readonly finding: string }) {
  const session = useSession();
  const { colours, isCompared } = useStore(session.panel);
  const isRelative = isCompared || document.scale === 'relative'; // two maps are compared on one kind of scale
  const scale = scaleOf(document, finding);
  const threshold = mapThreshold(session, finding, document.kind);
  const top = isRelative ? '1' : String(Number(scale.maximum.toPrecision(3)));
  return (
    <div className="legend-block">
      <div
        className="legend"
        style={{ backgroundImage: cssGradient(colours) }}
        role="img"
        aria-label={`colours from 0 to ${top}, shown above ${fraction(threshold)} of the maximum`}
      >
        <span className="cut" style={{ width: `${threshold * 100}%` }} />
        <span className="rise" style={{ left: `${threshold * 100}%` }} />
        <span className="mark" style={{ left: `${threshold * 100}%` }} />
      </div>
      <div className="row faint small">
        <span className="num">0</span>
        <span className="grow centred">{isRelative ? 'relative within this image' : 'score'}</span>
        <span className="num">{top}</span>
      </div>
    </div>
  );
}

function ShownMap({ document, finding }: { readonly document: MapDocument; readonly finding: FindingDocument }) {
  const session = useSession();
  const panel = useStore(session.panel);
  const kind = document.kind;
  const threshold = mapThreshold(session, finding.key, kind);
  const evidence = evidenceOf(document, finding.key);
  if (scaleOf(document, finding.key).isZero) {
    return (
      <p className="muted" data-testid="map-zero">
        no positive evidence: this map is zero everywhere
      </p>
    );
  }
  return (
    <>
      <Legend document={document} finding={finding.key} />
      <p className={evidence ? 'muted small' : 'faint small'} data-testid="map-evidence">
        {document.method} · {document.head}: {evidenceSentence(evidence)}
      </p>
      <Slider
        label="threshold"
        value={threshold}
        shown={fraction(threshold)}
        testId="map-threshold"
        onChange={(v) => setThreshold(session, finding.key, kind, v)}
      />
      <Slider
        label="opacity"
        value={panel.opacity}
        shown={fraction(panel.opacity)}
        testId="map-opacity"
        onChange={(v) => session.panel.set({ opacity: v })}
      />
      <ChipGroup
        label="Colour map"
        chips={COLOUR_MAPS.map((name) => ({ value: name, title: name }))}
        value={panel.colours}
        testPrefix="colours"
        onChoose={(name) => session.panel.set({ colours: name as ColourMap })}
      />
    </>
  );
}

/** The map that is drawn as a line: what it is worth, like the one in colour. */
function OtherMap({ document, finding }: { readonly document: MapDocument; readonly finding: FindingDocument }) {
  const session = useSession();
  const share = mapThreshold(session, finding.key, document.kind);
  const isZero = scaleOf(document, finding.key).isZero;
  const evidence = evidenceOf(document, finding.key);
  return (
    <p className="muted small" data-testid="other-map">
      White line: {mapTitle(document.kind)}
      {isZero ? ', no positive evidence: there is no line' : `, from ${fraction(share)} of its maximum in this image`} · {evidenceSentence(evidence)}
    </p>
  );
}

export function MapControls({
  prediction,
  finding,
}: {
  readonly prediction: PredictionDocument;
  readonly finding: FindingDocument;
}) {
  const session = useSession();
  const panel = useStore(session.panel);
  const available = prediction.maps.filter((map) => map.findings.includes(finding.key));
  const shown = available.find((map) => map.kind === panel.mapKind);
  const otherKind = comparedKind(session);
  const other = available.find((map) => map.kind === otherKind);
  const rules = [...new Set(finding.boxes.map((box) => box.rule))];
  const hasBoxes = areBoxesShown(panel, finding);
  return (
    <div className="map-controls">
      <div className="acts">
        {available.map((map) => (
          <button
            key={map.kind}
            type="button"
            className={panel.mapKind === map.kind ? 'on' : ''}
            aria-pressed={panel.mapKind === map.kind}
            data-testid={`map-${map.kind}`}
            onClick={() => toggleMap(session, map.kind)}
          >
            {mapTitle(map.kind)} <kbd>{keyOf(map.kind)}</kbd>
          </button>
        ))}
        {available.length > 1 && (
          <button
            type="button"
            className={panel.isCompared ? 'on' : ''}
            aria-pressed={panel.isCompared}
            data-testid="compare-maps"
            onClick={() => compareMaps(session)}
          >
            Both <kbd>{keyOf('compare')}</kbd>
          </button>
        )}
        {rules.length > 0 && (
          <button
            type="button"
            className={hasBoxes ? 'on' : ''}
            aria-pressed={hasBoxes}
            data-testid="boxes-toggle"
            onClick={() => toggleBoxes(session, finding)}
          >
            Boxes
          </button>
        )}
      </div>
      {hasBoxes && rules.length > 1 && (
        <ChipGroup
          label="Rule of the boxes"
          chips={rules.map((rule) => ({ value: rule, title: ruleTitle(rule) }))}
          value={panel.boxRule}
          testPrefix="box-rule"
          onChoose={(boxRule) => session.panel.set({ boxRule })}
        />
      )}
      {shown && <ShownMap document={shown} finding={finding} />}
      {other && <OtherMap document={other} finding={finding} />}
      {other && finding.agreement && (
        <p className="muted small" data-testid="maps-agree">
          {agreementSentence(finding.agreement, mapTitle)}
        </p>
      )}
    </div>
  );
}
