/** The pointer over the picture: where it is, and clicks as told from drags of the tool that the button moves. */
import type { CanvasPoint } from '../geometry/pixels';
import { canvasPoint } from '../geometry/pixels';

/** A press that moves as far, CSS px, is a drag: the window tool begins there, and nothing is clicked. */
export const DRAG_PX = 4;
/** A second click within this time and distance makes the first a double click, which is not two clicks. */
const DOUBLE_MS = 400;
const DOUBLE_PX = 8;

export interface PointerUse {
  /** Where the pointer is; null when it has left the picture. */
  readonly over: (at: CanvasPoint | null) => void;
  /** Left button or one finger, without a modifier key, pressed and released in one place. */
  readonly click: (at: CanvasPoint) => void;
  /** What seemed a click was the first half of a double click. */
  readonly double: () => void;
}

type Place = Pick<CanvasPoint, 'x' | 'y'>;

const distance = (one: Place, other: Place): number => Math.hypot(one.x - other.x, one.y - other.y);

/** Whether a press is meant as nothing else: no second finger, no other button, no modifier. */
export const isPlain = (event: PointerEvent): boolean =>
  event.isPrimary && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

/** Returns how to stop. */
export function listenToPointer(element: HTMLElement, use: PointerUse): () => void {
  let pressed: CanvasPoint | null = null;
  let last: { readonly at: CanvasPoint; readonly time: number } | null = null;
  const place = (event: PointerEvent): CanvasPoint => {
    const { left, top } = element.getBoundingClientRect();
    return canvasPoint(event.clientX - left, event.clientY - top);
  };
  const down = (event: PointerEvent): void => {
    pressed = isPlain(event) ? place(event) : null;
  };
  const move = (event: PointerEvent): void => {
    const at = place(event);
    use.over(at);
    if (pressed && distance(pressed, at) >= DRAG_PX) pressed = null;
  };
  const up = (event: PointerEvent): void => {
    const at = pressed;
    pressed = null;
    if (!at || !event.isPrimary) return;
    const isSecond = last !== null && event.timeStamp - last.time < DOUBLE_MS && distance(last.at, at) < DOUBLE_PX;
    last = isSecond ? null : { at, time: event.timeStamp };
    if (isSecond) use.double();
    else use.click(at);
  };
  const cancel = (): void => {
    pressed = null;
  };
  const leave = (): void => use.over(null);
  const heard = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: cancel, pointerleave: leave };
  for (const [name, listener] of Object.entries(heard)) element.addEventListener(name, listener as EventListener);
  return () => {
    for (const [name, listener] of Object.entries(heard)) element.removeEventListener(name, listener as EventListener);
  };
}
