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
import type { ValueAt } from './measurement_words';
import { labelsOf, pixelWords } from './measurement_words';
import { valueAt } from './pixel_values';
import { SIDE_PX } from './Loupe';
import { endWithOtherTool, isLoupeShown, measuringOf } from './measuring_of_case';

type Shown = Pick<Measurement, 'id' | 'kind' | 'points' | 'text' | 'mm'>;

const HANDLE_PX = 5;
const LABEL_GAP_PX = 10;
const ARROW_PX = 14;
const VALUE_ABOVE_PX = 28;
/** Characters; what is longer stands whole in the panel. */
const LONGEST_LABEL = 48;

export function MeasurementLayer() {
  const session = useSession();
  const desk = measuringOf(session);
  const state = useStore(desk.state);
  const { items, drawing, selected, values, isValueShown, pointer } = state;
  const pixel = desk.pixel();
  const at = valueAt(values);
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
          <Labels key={item.id} item={item} affine={affine} pixel={pixel} at={at} />
        ))}
        {isValueShown && pointer && values && <Value pointer={pointer} affine={affine} text={at(pointer)} below={isLoupeShown(state) ? SIDE_PX / 2 : -VALUE_ABOVE_PX} />}
      </div>
    </>
  );
}

/** Two strokes at the end of an arrow, on the canvas. */
function arrowHead(head: Place, tail: Place): string {
  const towards = Math.atan2(tail.y - head.y, tail.x - head.x);
  const stroke = (turn: number): string => `${head.x + ARROW_PX * Math.cos(towards + turn)} ${head.y + ARROW_PX * Math.sin(towards + turn)}`;
  return `M${stroke(0.45)}L${head.x} ${head.y}L${stroke(-0.45)}`;
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
      {item.kind === 'note' && lines.map(([head, tail]) => <path key="head" className="drawn" d={arrowHead(head, tail)} />)}
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

interface LabelsProps {
  readonly item: Shown;
  readonly affine: Affine;
  readonly pixel: PixelSize;
  readonly at: ValueAt;
}

function Labels({ item, affine, pixel, at }: LabelsProps) {
  return labelsOf(item, pixel, at).map(([place, text]) => {
    const { x, y } = toCanvas(affine, imagePoint(place.x, place.y));
    // Within the picture as long as its point is: a label that begins at the right edge would not be read.
    const left = `clamp(2px, ${x + LABEL_GAP_PX}px, calc(100% - ${Math.min(text.length, LONGEST_LABEL)}ch - 12px))`;
    const top = `clamp(2px, ${y + LABEL_GAP_PX}px, calc(100% - 22px))`;
    return (
      <div key={text} className="measurement-label num" style={{ left, top }}>
        {text}
      </div>
    );
  });
}

interface ValueProps {
  readonly pointer: Place;
  readonly affine: Affine;
  readonly text: string | null;
  /** CSS px below the pointer. */
  readonly below: number;
}

/** Beside the pointer, below the loupe where there is one; nothing outside of the picture. */
function Value({ pointer, affine, text, below }: ValueProps) {
  if (text === null) return null;
  const { x, y } = toCanvas(affine, imagePoint(pointer.x, pointer.y));
  const words = `${text} · ${pixelWords(pointer)}`;
  return (
    <div
      className="measurement-label num"
      data-testid="pixel-value"
      style={{ left: `min(${x + LABEL_GAP_PX}px, calc(100% - ${words.length}ch - 12px))`, top: y + below }}
    >
      {words}
    </div>
  );
}
