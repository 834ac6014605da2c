/** The eraser over the picture: takes the left button while it is on, and draws what is erased and what the panel points at. */
import { useEffect, useRef } from 'react';
import type { ImagePoint } from '../geometry/pixels';
import { matrixAttribute } from '../geometry/pixels';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { ErasedArea } from './ErasedArea';
import { closeWithAnswer, isProbeShown, probeOf } from './probe_of_case';

const WHEEL_STEP = 1.15;

export function ProbeLayer() {
  const session = useSession();
  const desk = probeOf(session);
  const { isErasing, strokes, pointed } = useStore(desk.state);
  useStore(session.panel);
  const isShown = isProbeShown(session);
  const svg = useRef<SVGSVGElement>(null);
  const group = useRef<SVGGElement>(null);
  const { controller } = session;

  useEffect(() => controller.onDraw((affine) => group.current?.setAttribute('transform', matrixAttribute(affine))), [controller]);

  useEffect(() => closeWithAnswer(session), [session]);

  const place = (event: React.PointerEvent): ImagePoint => {
    const frame = svg.current?.getBoundingClientRect();
    return controller.canvasToPx(event.clientX - (frame?.left ?? 0), event.clientY - (frame?.top ?? 0));
  };
  const begin = (event: React.PointerEvent): void => {
    if (event.button !== 0 || session.isImageMissing()) return;
    svg.current?.setPointerCapture(event.pointerId);
    desk.beginStroke(place(event));
  };
  const extend = (event: React.PointerEvent): void => {
    if (svg.current?.hasPointerCapture(event.pointerId)) desk.extendStroke(place(event));
  };

  return (
    <svg
      ref={svg}
      className={isErasing && isShown ? 'layer probe-layer erasing' : 'layer probe-layer'}
      data-testid="probe-layer"
      aria-hidden="true"
      onPointerDown={begin}
      onPointerMove={extend}
      onWheel={(event) => controller.zoomBy(event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP)}
    >
      <g ref={group}>
        {isShown && strokes.map(({ points, radius }, nth) => (
          <polyline
            key={nth}
            points={[...points, ...points.slice(-1)].map(({ x, y }) => `${x},${y}`).join(' ')}
            strokeWidth={2 * radius}
            className="erased"
          />
        ))}
        {isShown && pointed && <ErasedArea area={pointed} size={session.boot.image} />}
      </g>
    </svg>
  );
}
