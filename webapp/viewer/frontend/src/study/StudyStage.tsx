/** The picture of a study case with marks, the model's layers where they may be seen, and nothing about the patient. */
import { useEffect, useMemo, useRef } from 'react';
import type { LabelledBox } from '../overlay/box_layer';
import type { HeatPicture } from '../overlay/heat_layer';
import { mapCache } from '../overlay/map_cache';
import { scaleOf, thresholdScore } from '../overlay/map_scores';
import { useLayers } from '../overlay/use_layers';
import { useStore } from '../state/store';
import { SideMarks } from '../viewport/SideMarks';
import { EnhancedBadge, ScaleCorner, WindowCorner, qualityText, useHeader } from '../viewport/ViewCorners';
import { fraction } from '../panel/wording';
import { boxOf } from './answer_body';
import type { CaseReading } from './case_reading';
import type { CaseState } from './case_state';
import type { AnswerBody } from './documents';

const CLICK_SLOP_PX = 4;

function markBoxes(reading: CaseReading, body: AnswerBody, state: CaseState): LabelledBox[] {
  const titles = new Map(reading.assignment.form.findings.map((finding) => [finding.code, finding.label]));
  return body.marks.flatMap((mark, n) => {
    const isChosen = mark.key === state.mark;
    // The chosen box is drawn by the tool that can change it.
    if (isChosen && boxOf(mark) && !reading.isReadOnly) return [];
    const box = boxOf(mark) ?? { x: mark.x, y: mark.y, w: 0, h: 0 };
    return [{ box, label: `${n + 1} ${titles.get(mark.finding) ?? ''}`, speaker: 'reader', isFaint: !isChosen }];
  });
}

function modelBoxes(state: CaseState): LabelledBox[] {
  if (!state.isAiVisible || !state.areBoxesShown) return [];
  return (state.ai?.findings ?? []).flatMap((finding) => {
    // Of the map that is shown, or of the first that has any: as in the clinical pages.
    const found = (finding.boxes ?? []).filter((box) => box.rule === 'component');
    const map = found.some((box) => box.map === state.mapKind) ? state.mapKind : found[0]?.map;
    return found
      .filter((box) => box.map === map)
      .map((box, i) => ({
        box,
        label: i ? '' : `${finding.title} ${finding.probability == null ? '' : fraction(finding.probability)}`.trim(),
        speaker: 'model' as const,
        isFaint: finding.key !== state.finding,
      }));
  });
}

function codingBoxes(reading: CaseReading, body: AnswerBody, state: CaseState): LabelledBox[] {
  return (reading.assignment.items ?? []).flatMap((item) => {
    const isFaint = item.id !== state.item;
    const region = body.codings?.find((coding) => coding.item === item.id)?.region;
    const labelled = (boxes: readonly LabelledBox['box'][], label: string, speaker: LabelledBox['speaker']) =>
      boxes.map((box, i) => ({ box, label: i ? '' : label, speaker, isFaint }));
    return [
      ...labelled(item.predicted_boxes, `model ${item.probability == null ? '' : fraction(item.probability)}`, 'model'),
      ...labelled(item.truth_boxes, 'reference', 'truth'),
      ...labelled(region ? [region] : [], 'coded region', 'reader'),
    ];
  });
}

function feedbackBoxes(state: CaseState): LabelledBox[] {
  return (state.feedback?.truth ?? []).flatMap((truth) =>
    truth.regions.map((box) => ({ box, label: 'reference', speaker: 'truth' as const, isFaint: false })),
  );
}

async function heatPicture(state: CaseState): Promise<HeatPicture | null> {
  const document = state.ai?.maps?.find((map) => map.kind === state.mapKind);
  if (!document || !state.finding || !document.findings.includes(state.finding)) return null;
  const scale = scaleOf(document, state.finding);
  const map = scale.isZero ? null : (await mapCache.get(document.url, document)).get(state.finding);
  if (!map) return null;
  const threshold = thresholdScore(scale.threshold, scale.maximum);
  return { map, region: document.region, high: scale.maximum, threshold, colours: state.colours };
}

export function StudyStage({ reading }: { readonly reading: CaseReading }) {
  const { controller } = reading;
  const { status, error } = useStore(controller.view);
  const state = useStore(reading.state);
  const { now: body } = useStore(reading.history);
  const submission = useStore(reading.submission.state);
  const host = useRef<HTMLDivElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const boxes = useRef<SVGSVGElement>(null);
  const pressed = useRef<{ x: number; y: number } | null>(null);
  const header = useHeader(controller);
  const size = useMemo(() => header && { columns: header.columns, rows: header.rows }, [header]);
  const layers = useLayers(controller, size, heat, boxes);

  useEffect(() => {
    if (!host.current) return;
    void controller.mount(host.current);
    return () => controller.unmount();
  }, [controller]);

  useEffect(() => {
    const now = layers.current;
    if (!now) return;
    const own = reading.assignment.stage === 'coding' ? codingBoxes(reading, body, state) : modelBoxes(state);
    now.boxes.setBoxes([...own, ...markBoxes(reading, body, state), ...feedbackBoxes(state)]);
    if (now.affine) now.boxes.draw(now.affine);
  }, [reading, layers, body, state, submission, size]);

  const { ai, finding, mapKind, isAiVisible, colours, opacity } = state;
  useEffect(() => {
    let isStale = false;
    const show = (picture: HeatPicture | null): void => {
      const now = layers.current;
      if (isStale || !now) return;
      now.heat.setPicture(picture);
      now.heat.setOpacity(opacity);
      if (now.affine) now.heat.draw(now.affine);
    };
    if (!isAiVisible || !mapKind || !ai) show(null);
    else {
      heatPicture(reading.state.get()).then(show, () => {
        show(null);
        if (!isStale) reading.say('the map could not be loaded; choose it again to try once more');
      });
    }
    return () => {
      isStale = true;
    };
  }, [reading, layers, ai, finding, mapKind, isAiVisible, colours, opacity, size]);

  const release = (event: React.PointerEvent): void => {
    const start = pressed.current;
    pressed.current = null;
    if (!start || !state.isPointing || !host.current) return;
    if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > CLICK_SLOP_PX) return;
    const { left, top } = host.current.getBoundingClientRect();
    const at = controller.canvasToPx(event.clientX - left, event.clientY - top);
    if (size && at.x >= 0 && at.y >= 0 && at.x <= size.columns && at.y <= size.rows) reading.placePoint(at.x, at.y);
  };

  return (
    <main className={`stage${state.isPointing ? ' is-pointing' : ''}`}>
      <div
        ref={host}
        id="viewport"
        className="viewport"
        data-testid="viewport"
        data-status={status}
        role="application"
        aria-label={`Radiograph of case ${reading.assignment.case}`}
        onContextMenu={(event) => event.preventDefault()}
        onPointerDownCapture={(event) => (pressed.current = { x: event.clientX, y: event.clientY })}
        onPointerUpCapture={release}
      />
      <canvas ref={heat} className="layer" data-testid="overlay" aria-hidden="true" />
      <svg ref={boxes} className="layer" data-testid="boxes" aria-hidden="true" />
      {header && (
        <>
          <div className="corner tl">
            <EnhancedBadge controller={controller} />
            <span data-testid="quality-badge">{qualityText(header)}</span>
            {header.quality.warnings.map((warning) => (
              <div key={warning} className="model">
                {warning.replaceAll('_', ' ')}
              </div>
            ))}
          </div>
          <WindowCorner controller={controller} header={header} />
          <ScaleCorner controller={controller} header={header} />
          <SideMarks controller={controller} header={header} />
        </>
      )}
      {status === 'loading' && <p className="stage-message">Loading the image…</p>}
      {error && (
        <div className="stage-message stop" role="alert">
          <p>{error}</p>
          <button type="button" onClick={() => window.location.reload()}>
            Reload
          </button>
        </div>
      )}
      {state.isPaused && (
        <div className="stage-message is-paused" data-testid="paused">
          <p>Paused. The clock stands and the picture is hidden.</p>
          <button type="button" onClick={() => void reading.togglePause()}>
            Go on <kbd>⇧P</kbd>
          </button>
        </div>
      )}
    </main>
  );
}
