/** What the wheel does over a picture: zoom about the pointer, or, where the person of the page wants it, go from case to case. */
import { ownButtons } from '../keys/own_buttons';

const ZOOM_STEP = 1.15;
/** One turn is one step, however many events a mouse or a touchpad makes of it. */
const PAUSE_MS = 250;

type Turn = Pick<WheelEvent, 'deltaY' | 'timeStamp'>;

/** There is one mouse: a turn that has changed the picture does not go on in the next one. */
let lastTurn = -Infinity;

/** By how much to zoom for this event; null: not, the case was changed by `onStep`, or the turn before goes on. */
export function wheelZoom({ deltaY, timeStamp }: Turn, onStep?: (step: 'next' | 'previous') => void): number | null {
  const { wheel } = ownButtons();
  if (wheel !== 'cases' || !onStep) return deltaY < 0 !== (wheel === 'zoom_reversed') ? ZOOM_STEP : 1 / ZOOM_STEP;
  const isSameTurn = timeStamp - lastTurn < PAUSE_MS;
  lastTurn = timeStamp;
  if (!isSameTurn) onStep(deltaY > 0 ? 'next' : 'previous');
  return null;
}
