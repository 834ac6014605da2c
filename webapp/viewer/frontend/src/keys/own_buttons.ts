/** What the mouse of the person of this page does beside the chosen tool, which the left button always has. */
import type { OwnKeys } from '../api/schema';

export type Buttons = OwnKeys['buttons'];
export type DragUse = Buttons['middle'];
export type WheelUse = Buttons['wheel'];
export type WindowGain = Buttons['window_gain'];

export const USUAL_BUTTONS: Buttons = { middle: 'pan', right: 'zoom', wheel: 'zoom', window_gain: 'usual' };

export const DRAG_TITLES: Readonly<Record<DragUse, string>> = {
  pan: 'pan',
  zoom: 'zoom',
  window: 'window and level',
  none: 'nothing',
};
export const WHEEL_TITLES: Readonly<Record<WheelUse, string>> = {
  zoom: 'zoom about the pointer',
  zoom_reversed: 'zoom, the other way round',
  cases: 'next and previous case',
};

export const GAIN_TITLES: Readonly<Record<WindowGain, string>> = { slow: 'slow', usual: 'as usual', fast: 'fast' };
/** Of the usual change of window and level by a drag. */
const GAINS: Readonly<Record<WindowGain, number>> = { slow: 0.5, usual: 1, fast: 2 };

let own: Buttons = USUAL_BUTTONS;

export const takeOwnButtons = (buttons: Buttons): void => void (own = buttons);
export const ownButtons = (): Buttons => own;
export const windowGain = (): number => GAINS[own.window_gain];
