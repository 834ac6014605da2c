/** What the mouse of the person of this page does beside the chosen tool, which the left button always has. */
import type { OwnKeys } from '../api/schema';

export type Buttons = OwnKeys['buttons'];
export type DragUse = Buttons['middle'];
export type WheelUse = Buttons['wheel'];

export const USUAL_BUTTONS: Buttons = { middle: 'pan', right: 'zoom', wheel: 'zoom' };

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

let own: Buttons = USUAL_BUTTONS;

export const takeOwnButtons = (buttons: Buttons): void => void (own = buttons);
export const ownButtons = (): Buttons => own;
