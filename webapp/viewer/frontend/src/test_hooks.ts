/** What browser tests and a curious reader may ask of the page: the same conversions the overlay uses. */
import type { ViewportController } from './viewport/controller';
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

/** For a page whose picture changes: asks for the controller at each call. Raises Error while no case is shown. */
export function exposeHooksOf(current: () => ViewportController | null): void {
  const controller = (): ViewportController => {
    const now = current();
    if (!now) throw new Error('no case is shown');
    return now;
  };
  window.sightline = {
    pxToCanvas(x, y) {
      const point = controller().pxToCanvas(x, y);
      return [point.x, point.y];
    },
    canvasToPx(x, y) {
      const point = controller().canvasToPx(x, y);
      return [point.x, point.y];
    },
    viewState: () => controller().view.get(),
  };
}
