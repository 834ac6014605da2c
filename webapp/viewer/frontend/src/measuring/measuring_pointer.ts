/**
 * The pointer while something is measured: it comes before the tools of the picture, takes the presses that are its own, and leaves the
 * others, the wheel and further fingers to them.
 */
import type { CanvasPoint } from '../geometry/pixels';
import { canvasPoint, toImage } from '../geometry/pixels';
import type { ReadingSession } from '../session/reading_session';
import { DRAG_PX, isPlain } from '../viewport/pointer';
import type { Hit } from './hit';
import { hitAt } from './hit';
import { measuringOf, pointAt } from './measuring_of_case';

interface Press {
  readonly pointer: number;
  readonly at: CanvasPoint;
  readonly isGrab: boolean;
  isDrag: boolean;
}

/** Returns how to stop. */
export function listenToMeasuring(session: ReadingSession, element: HTMLElement): () => void {
  const desk = measuringOf(session);
  let press: Press | null = null;
  /** The last press was taken: what the browser makes of it besides (mouse and touch events) is, too. */
  let isTaken = false;

  const place = (event: PointerEvent): CanvasPoint => {
    const { left, top } = element.getBoundingClientRect();
    return canvasPoint(event.clientX - left, event.clientY - top);
  };
  const hit = (event: PointerEvent): Hit | null => {
    const { affine, tool } = session.controller.view.get();
    const { items, selected, drawing } = desk.state.get();
    if (!affine || tool === 'box' || drawing?.fixed.length) return null;
    const found = hitAt(items, selected?.id ?? null, affine, place(event), event.pointerType === 'touch' ? 'touch' : 'mouse');
    return drawing && found?.handle === null ? null : found; // with a tool only what can be nothing else
  };
  const down = (event: PointerEvent): void => {
    isTaken = false;
    if (!event.isPrimary && press) desk.letGo(); // a second finger: the two zoom
    press = null;
    const { affine, status } = session.controller.view.get();
    if (!isPlain(event) || !affine || status !== 'ready') return;
    const found = hit(event);
    const at = place(event);
    if (found) desk.grab(found, toImage(affine, at));
    else if (desk.state.get().tool) desk.press(toImage(affine, at));
    else return desk.select(null);
    press = { pointer: event.pointerId, at, isGrab: found !== null, isDrag: false };
    isTaken = true;
    event.stopPropagation();
    element.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const { affine } = session.controller.view.get();
    if (!affine) return;
    const at = place(event);
    pointAt(session, toImage(affine, at));
    if (press?.pointer === event.pointerId) press.isDrag ||= Math.hypot(at.x - press.at.x, at.y - press.at.y) >= DRAG_PX;
    else element.toggleAttribute('data-grab', event.buttons === 0 && hit(event) !== null);
    if (!press?.isGrab) desk.move(toImage(affine, at));
    else if (press.isDrag) desk.drag(toImage(affine, at));
  };
  const up = (event: PointerEvent): void => {
    const { affine } = session.controller.view.get();
    if (press?.pointer !== event.pointerId || !affine) return;
    if (press.isGrab) desk.drop();
    else desk.release(toImage(affine, place(event)), press.isDrag);
    press = null;
  };
  const cancel = (): void => {
    if (press) desk.letGo();
    press = null;
  };
  const leave = (): void => pointAt(session, null);
  const belongs = (event: Event): void => {
    if (isTaken) event.stopPropagation();
  };
  const stopShowing = desk.state.subscribe(() => element.toggleAttribute('data-measuring', desk.state.get().tool !== null));
  const heard = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: cancel, pointerleave: leave };
  const silenced = ['mousedown', 'touchstart', 'touchmove', 'touchend', 'dblclick'];
  for (const [name, listener] of Object.entries(heard)) element.addEventListener(name, listener as EventListener, { capture: true });
  for (const name of silenced) element.addEventListener(name, belongs, { capture: true });
  return () => {
    stopShowing();
    for (const name of ['data-measuring', 'data-grab']) element.removeAttribute(name); // the next case is shown in the same place
    for (const [name, listener] of Object.entries(heard)) element.removeEventListener(name, listener as EventListener, { capture: true });
    for (const name of silenced) element.removeEventListener(name, belongs, { capture: true });
  };
}
