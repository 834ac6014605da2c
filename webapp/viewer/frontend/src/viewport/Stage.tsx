/** The picture with its overlays and corner texts. Cornerstone and the layers live in refs; React only places them. */
import { useEffect, useRef, useState } from 'react';
import type { HeaderDocument } from '../api/documents';
import { scaleBar } from '../geometry/scale_bar';
import { scales } from '../geometry/pixels';
import { useOverlay } from '../overlay/use_overlay';
import { mapTitle } from '../panel/wording';
import { dateText } from '../shell/patient_text';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { centreAndWidth, windowNumber } from './window_level';

const SCALE_BAR_SPACE_PX = 140;

function useHeader(): HeaderDocument | null {
  const { controller } = useSession();
  const [header, setHeader] = useState<HeaderDocument | null>(null);
  useEffect(() => {
    controller.header.then(setHeader, () => undefined);
  }, [controller]);
  return header;
}

function qualityText(header: HeaderDocument): string {
  const { lossy_source: isLossy, method, ratio } = header.quality;
  if (!isLossy) return 'lossless';
  const details = [method, ratio && `${Number(ratio.toPrecision(2))}:1`].filter(Boolean).join(', ');
  return details ? `lossy source (${details})` : 'lossy source';
}

function WindowCorner({ header }: { readonly header: HeaderDocument }) {
  const { controller } = useSession();
  const view = useStore(controller.view);
  const isLinear = view.frame === 'linear';
  const { centre, width } = centreAndWidth(view.bounds, header.value);
  const shown = isLinear ? `C ${windowNumber(centre)} · W ${windowNumber(width)}` : 'lookup table';
  const turned = [
    view.rotation ? `${view.rotation}°` : '',
    view.flipHorizontal ? 'flipped ↔' : '',
    view.flipVertical ? 'flipped ↕' : '',
    view.isInverted ? 'inverted' : '',
    view.isSmooth ? '' : 'no interpolation',
  ].filter(Boolean);
  return (
    <div className="corner bl num" data-testid="corner-window">
      {turned.length > 0 && <div className="model">{turned.join(' · ')}</div>}
      {shown} · {view.zoom.toFixed(2)}× · {view.presetName}
    </div>
  );
}

function ScaleCorner({ header }: { readonly header: HeaderDocument }) {
  const { controller } = useSession();
  const { affine } = useStore(controller.view);
  if (!affine) return null;
  const bar = scaleBar(scales(affine).horizontal, header.spacing.column_mm, header.spacing.kind, SCALE_BAR_SPACE_PX);
  return (
    <div className="corner br num" data-testid="corner-scale">
      <span className="scale-bar" style={{ width: bar.lengthCss }} aria-hidden="true" /> {bar.label}
    </div>
  );
}

function Corners({ header }: { readonly header: HeaderDocument }) {
  const session = useSession();
  const { image } = session.boot;
  const { mapKind, isAiVisible, isAiHeld } = useStore(session.panel);
  useStore(session.predictions.state); // the selected finding is read from it
  const finding = session.selected();
  const warnings = [...new Set([...header.quality.warnings, ...image.warnings])];
  const isMapShown = mapKind && finding && isAiVisible && !isAiHeld;
  return (
    <>
      <div className="corner tl">
        {[dateText(image.study_date), header.view || image.view].filter(Boolean).join(' · ')}
        <br />
        {image.modality} · <span data-testid="quality-badge">{qualityText(header)}</span>
        {header.inverted && ' · stored inverted'}
        {warnings.map((warning) => (
          <div key={warning} className="model">
            {warning.replaceAll('_', ' ')}
          </div>
        ))}
      </div>
      <div className="corner tr">
        {isMapShown && `${mapTitle(mapKind)} · ${finding.title}`}
        {(!isAiVisible || isAiHeld) && 'AI layer hidden'}
      </div>
      <WindowCorner header={header} />
      <ScaleCorner header={header} />
    </>
  );
}

export function Stage() {
  const session = useSession();
  const { controller } = session;
  const { status, error } = useStore(controller.view);
  const host = useRef<HTMLDivElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const boxes = useRef<SVGSVGElement>(null);
  const header = useHeader();

  useEffect(() => {
    if (!host.current) return;
    void controller.mount(host.current);
    return () => controller.unmount();
  }, [controller]);
  useOverlay(heat, boxes);

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
      <canvas ref={heat} className="layer" data-testid="overlay" aria-hidden="true" />
      <svg ref={boxes} className="layer" data-testid="model-boxes" aria-hidden="true" />
      {header && <Corners header={header} />}
      {status === 'loading' && <p className="stage-message">Loading the image…</p>}
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
