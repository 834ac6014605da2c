/** The picture with its overlays and corner texts. Cornerstone and the layers live in refs; React only places them. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { HeaderDocument } from '../api/documents';
import { toImage } from '../geometry/pixels';
import { Loupe } from '../measuring/Loupe';
import { MeasurementLayer } from '../measuring/MeasurementLayer';
import { MeasuringTools } from '../measuring/MeasuringTools';
import { measuringOf } from '../measuring/measuring_of_case';
import { listenToMeasuring } from '../measuring/measuring_pointer';
import { mapTitle } from '../overlay/map_layers';
import { useOverlay } from '../overlay/use_overlay';
import { ProbeLayer } from '../probe/ProbeLayer';
import { FormBeside } from '../panel/FormBeside';
import { PriorCorner } from '../prior/PriorTools';
import { dateText } from '../shell/patient_text';
import { useSession } from '../shell/session_context';
import { clickPicture } from '../session/failure_place';
import { isAiShown } from '../session/panel_state';
import type { ReadingSession } from '../session/reading_session';
import { useStore } from '../state/store';
import { listenToPointer } from './pointer';
import { SideMarks } from './SideMarks';
import { EnhancedBadge, ScaleCorner, WindowCorner, qualityText, useHeader } from './ViewCorners';

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** The banner says which sources of the age contradict each other; the letters' place, that the side is not stated. */
const SAID_ELSEWHERE = new Set(['age_unclear', 'side_not_stated']);

function Corners() {
  const session = useSession();
  const header = useHeader(session.controller);
  return header && <HeaderCorners header={header} />;
}

function QualityBadge({ header }: { readonly header: HeaderDocument }) {
  const { status } = useStore(useSession().controller.view);
  return <span data-testid="quality-badge">{status === 'preview' ? 'preview' : qualityText(header)}</span>;
}

/** How much of the frame is here, while it is not whole. */
function Arriving() {
  const { controller } = useSession();
  const { status } = useStore(controller.view);
  const { received, total } = useStore(controller.film.progress);
  if (status !== 'loading' && status !== 'preview') return null;
  const text = total && received ? `${megabytes(received)} of ${megabytes(total)} MB` : 'Loading the image…';
  return (
    <p className={status === 'preview' ? 'stage-arriving' : 'stage-message'} data-testid="arriving">
      {status === 'preview' && 'preview, no answers yet · '}
      <progress max={total || 1} value={received} aria-label="of the image is here" /> <span className="num">{text}</span>
    </p>
  );
}

function HeaderCorners({ header }: { readonly header: HeaderDocument }) {
  const session = useSession();
  const { image } = session.boot;
  const panel = useStore(session.panel);
  const { mapKind, isAiHeld } = panel;
  const measuring = measuringOf(session);
  useStore(measuring.state); // the reader's own calibration
  useStore(session.predictions.state); // the selected finding is read from it
  const finding = session.selected();
  const warnings = [...new Set([...header.quality.warnings, ...image.warnings])].filter((code) => !SAID_ELSEWHERE.has(code));
  const isShown = isAiShown(panel) && !isAiHeld;
  const map = session.shown()?.maps.find(({ kind, findings }) => kind === mapKind && finding && findings.includes(finding.key));
  return (
    <>
      <div className="corner tl">
        <EnhancedBadge controller={session.controller} />
        {[dateText(image.study_date), header.view || image.view].filter(Boolean).join(' · ')}
        <br />
        {image.modality} · <QualityBadge header={header} />
        {header.inverted && ' · stored inverted'}
        {warnings.map((warning) => (
          <div key={warning} className="model">
            {warning.replaceAll('_', ' ')}
          </div>
        ))}
        <PriorCorner />
      </div>
      <div className="corner tr">
        {isShown && map && finding && `${mapTitle(map.kind)} · ${finding.title}`}
        {!isShown && 'model hidden'}
      </div>
      <WindowCorner controller={session.controller} header={header} />
      <ScaleCorner controller={session.controller} header={header} pixel={measuring.pixel()} />
      <SideMarks controller={session.controller} header={header} />
    </>
  );
}

/** Clicks on boxes of the model. The first click of a double click, which zooms, leaves no form behind. */
function pointAndClick(session: ReadingSession, element: HTMLElement): () => void {
  let isOpened = false;
  return listenToPointer(element, {
    over: (at) => {
      const { affine } = session.controller.view.get();
      session.pointed = at && affine && toImage(affine, at);
    },
    click: (at) => {
      isOpened = clickPicture(session, at);
    },
    double: () => {
      if (isOpened) session.closeForm();
    },
  });
}

export function Stage() {
  const session = useSession();
  const { controller, page } = session;
  const { status, error } = useStore(controller.view);
  const host = useRef<HTMLDivElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const boxes = useRef<SVGSVGElement>(null);

  useLayoutEffect(() => {
    if (!host.current) return;
    void controller.mount(host.current);
    return () => controller.unmount();
  }, [controller]);
  useEffect(() => () => page.screen.close(), [page]);
  useOverlay(heat, boxes);
  useEffect(() => (host.current ? pointAndClick(session, host.current) : undefined), [session]);
  useEffect(() => (host.current ? listenToMeasuring(session, host.current) : undefined), [session]);

  return (
    <main className="stage">
      <div
        ref={host}
        id="viewport"
        className="viewport"
        data-testid="viewport"
        data-status={status}
        role="application"
        aria-label={`Radiograph, ${session.boot.image.view || 'view not stated'}`}
        onContextMenu={(event) => event.preventDefault()}
      />
      <canvas key={`map ${session.boot.image.id}`} ref={heat} className="layer" data-testid="overlay" aria-hidden="true" />
      <svg key={`boxes ${session.boot.image.id}`} ref={boxes} className="layer" data-testid="model-boxes" aria-hidden="true" />
      <MeasurementLayer key={`measurements ${session.boot.image.id}`} />
      <Loupe key={`loupe ${session.boot.image.id}`} />
      <ProbeLayer key={`probe ${session.boot.image.id}`} />
      <Corners key={`corners ${session.boot.image.id}`} />
      <Arriving />
      <MeasuringTools key={`measuring ${session.boot.image.id}`} />
      <FormBeside key={`form ${session.boot.image.id}`} />
      {error && (
        <div className="stage-message stop" role="alert">
          <p>{error}</p>
          <button type="button" onClick={() => window.location.reload()}>
            Reload
          </button>
        </div>
      )}
    </main>
  );
}
