/** What browser tests and a curious reader may ask of the page: the same conversions the overlay uses. */
import type { ViewportController } from './viewport/controller';
import type { ViewState } from './viewport/view_state';

export interface SightlineHooks {
  /** Image px -> CSS px from the top left of the canvas. */
  pxToCanvas(x: number, y: number): [number, number];
  canvasToPx(x: number, y: number): [number, number];
  viewState(): ViewState;
  /** The same for the image that is shown beside; null while there is none. */
  beside(): Pick<SightlineHooks, 'pxToCanvas' | 'canvasToPx' | 'viewState'> | null;
}

declare global {
  interface Window {
    sightline?: SightlineHooks;
  }
}

type Hooks = Pick<SightlineHooks, 'pxToCanvas' | 'canvasToPx' | 'viewState'>;

function hooksOf(controller: () => ViewportController): Hooks {
  return {
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

/** For a page whose picture changes: asks for the controller at each call. Raises Error while no case is shown. */
export function exposeHooksOf(
  current: () => ViewportController | null,
  besides: () => ViewportController | null = () => null,
): void {
  const controller = (): ViewportController => {
    const now = current();
    if (!now) throw new Error('no case is shown');
    return now;
  };
  window.sightline = {
    ...hooksOf(controller),
    beside() {
      const other = besides();
      return other && hooksOf(() => other);
    },
  };
}
