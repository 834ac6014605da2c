/** Measurements over the picture: lines in canvas px, so that they keep their width; their values stand on a ground of their own. */
import { useEffect } from 'react';
import type { PixelSize } from '../geometry/pixel_size';
import type { Place } from '../geometry/measures';
import type { Affine } from '../geometry/pixels';
import { imagePoint, toCanvas } from '../geometry/pixels';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { drawnPoints } from './drawing';
import type { Measurement } from './measurement';
import { linesOf } from './measurement';
import { labelsOf } from './measurement_words';
import { endWithOtherTool, measuringOf } from './measuring_of_case';

type Shown = Pick<Measurement, 'id' | 'kind' | 'points'>;

const HANDLE_PX = 5;
const LABEL_GAP_PX = 10;

export function MeasurementLayer() {
  const session = useSession();
  const desk = measuringOf(session);
  const { items, drawing, selected, pixel } = useStore(desk.state);
  const { affine } = useStore(session.controller.view);
  useEffect(() => endWithOtherTool(session), [session]);
  if (!affine || !pixel) return null;
  const drawn: readonly Shown[] = drawing ? [...items, { id: 'drawing', kind: drawing.kind, points: drawnPoints(drawing) }] : items;
  return (
    <>
      <svg className="layer measurement-layer" data-testid="measurements" aria-hidden="true">
        {drawn.map((item) => (
          <Lines key={item.id} item={item} affine={affine} handle={selected?.id === item.id ? (selected.handle ?? 'all') : null} />
        ))}
      </svg>
      <div className="layer measurement-labels" aria-hidden="true">
        {drawn.map((item) => (
          <Labels key={item.id} item={item} affine={affine} pixel={pixel} />
        ))}
      </div>
    </>
  );
}

/** handle: which point the arrow keys move; null: not selected. */
function Lines({ item, affine, handle }: { readonly item: Shown; readonly affine: Affine; readonly handle: number | 'all' | null }) {
  const on = ({ x, y }: Place): { x: number; y: number } => toCanvas(affine, imagePoint(x, y));
  const lines = linesOf(item.kind, item.points).map(([from, to]) => [on(from), on(to)] as const);
  return (
    <g className={handle === null ? '' : 'selected'} data-measurement={item.kind}>
      {['ground', 'drawn'].map((stroke) =>
        lines.map(([from, to], nth) => (
          <line key={`${stroke} ${nth}`} className={stroke} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
        )),
      )}
      {item.points.map((point, nth) => (
        <circle
          key={nth}
          className={handle === nth || handle === 'all' ? 'handle moved-by-keys' : 'handle'}
          cx={on(point).x}
          cy={on(point).y}
          r={handle === null ? HANDLE_PX - 2 : HANDLE_PX}
        />
      ))}
    </g>
  );
}

function Labels({ item, affine, pixel }: { readonly item: Shown; readonly affine: Affine; readonly pixel: PixelSize }) {
  return labelsOf(item, pixel).map(([at, text]) => {
    const { x, y } = toCanvas(affine, imagePoint(at.x, at.y));
    // Within the picture as long as its point is: a label that begins at the right edge would not be read.
    const left = `clamp(2px, ${x + LABEL_GAP_PX}px, calc(100% - ${text.length}ch - 12px))`;
    const top = `clamp(2px, ${y + LABEL_GAP_PX}px, calc(100% - 22px))`;
    return (
      <div key={text} className="measurement-label num" style={{ left, top }}>
        {text}
      </div>
    );
  });
}
