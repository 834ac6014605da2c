/** A magnified piece of the picture at the pointer, from the samples themselves; nothing is drawn on it. */
import { useLayoutEffect, useRef } from 'react';
import { imagePoint, toCanvas } from '../geometry/pixels';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { loupePixels } from './loupe_pixels';
import { isLoupeShown, measuringOf } from './measuring_of_case';

export const SIDE_PX = 220;
const TIMES = 2.5;

export function Loupe() {
  const session = useSession();
  const state = useStore(measuringOf(session).state);
  const { affine, bounds, isInverted, frame, status } = useStore(session.controller.view);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { pointer } = state;
  const isShown = isLoupeShown(state) && pointer !== null && affine !== null && status === 'ready';
  const { columns, rows } = session.boot.image;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    const data = session.controller.film.samples(frame);
    if (!isShown || !context || !data) return;
    const side = Math.round(SIDE_PX * window.devicePixelRatio);
    context.canvas.width = context.canvas.height = side;
    const scale = TIMES * window.devicePixelRatio;
    const pixels = loupePixels(side, imagePoint(pointer.x, pointer.y), scale, { data, columns, rows }, { affine, bounds, isInverted });
    context.putImageData(new ImageData(pixels, side, side), 0, 0);
  }, [session, isShown, pointer, affine, bounds, isInverted, frame, columns, rows]);
  if (!isShown) return null;
  const { x, y } = toCanvas(affine, imagePoint(pointer.x, pointer.y));
  const at = { left: Math.round(x - SIDE_PX / 2), top: Math.round(y - SIDE_PX / 2), width: SIDE_PX, height: SIDE_PX };
  return (
    <div className="layer" aria-hidden="true">
      <canvas ref={canvas} className="loupe" data-testid="loupe" style={at} />
    </div>
  );
}
