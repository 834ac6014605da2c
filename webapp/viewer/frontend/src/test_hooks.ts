/** What browser tests and a curious reader may ask of the page: the same conversions the overlay uses. */
import type { ReadingSession } from './session/reading_session';
import type { ViewState } from './viewport/view_state';

export interface SightlineHooks {
  /** Image px -> CSS px from the top left of the canvas. */
  pxToCanvas(x: number, y: number): [number, number];
  canvasToPx(x: number, y: number): [number, number];
  viewState(): ViewState;
}

declare global {
  interface Window {
    sightline?: SightlineHooks;
  }
}

export function exposeHooks({ controller }: ReadingSession): void {
  window.sightline = {
    pxToCanvas(x, y) {
      const point = controller.pxToCanvas(x, y);
      return [point.x, point.y];
    },
    canvasToPx(x, y) {
      const point = controller.canvasToPx(x, y);
      return [point.x, point.y];
    },
    viewState: () => controller.view.get(),
  };
}
