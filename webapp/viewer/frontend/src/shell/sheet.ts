/** The panel on narrow windows: a sheet from below in one of three heights. On wide windows it is a column and this has no effect. */
import { createStore } from '../state/store';

export const SHEET_HEIGHTS = ['closed', 'half', 'full'] as const;
export type SheetHeight = (typeof SHEET_HEIGHTS)[number];

/** Below this height of the window, CSS px, half a sheet would leave too little of the picture to read with. */
const LOW_WINDOW_PX = 700;

export class Sheet {
  readonly state = createStore<{ readonly height: SheetHeight }>({ height: 'half' });

  constructor(windowHeight: number = globalThis.innerHeight) {
    this.reset(windowHeight);
  }

  /** As a case opens: the picture in sight. */
  reset(windowHeight: number = globalThis.innerHeight): void {
    this.set(windowHeight < LOW_WINDOW_PX ? 'closed' : 'half');
  }

  /** A form was opened. On a low window it is a strip at the sheet's edge, so that the picture stays; the reader may raise it. */
  showForm(windowHeight: number = globalThis.innerHeight): void {
    if (windowHeight < LOW_WINDOW_PX) this.set('closed');
    else this.show();
  }

  /**
   * The window became low or high while the page was open, as by zooming to 200 %: the sheet is put where it would have been opened,
   * the picture in sight. Between the two, what the reader chose stays. Returns what ends it.
   */
  followWindow(target: Window = globalThis.window): () => void {
    let wasLow = target.innerHeight < LOW_WINDOW_PX;
    const look = (): void => {
      const isLow = target.innerHeight < LOW_WINDOW_PX;
      if (isLow === wasLow) return;
      wasLow = isLow;
      this.reset(target.innerHeight);
    };
    target.addEventListener('resize', look);
    return () => target.removeEventListener('resize', look);
  }

  set(height: SheetHeight): void {
    if (height !== this.state.get().height) this.state.set({ height });
  }

  /** One height up or down, as far as there is one. */
  step(by: 1 | -1): void {
    const next = SHEET_HEIGHTS[SHEET_HEIGHTS.indexOf(this.state.get().height) + by];
    if (next) this.set(next);
  }

  /** The key: up, and from the top back to the strip. */
  cycle(): void {
    if (this.state.get().height === 'full') this.set('closed');
    else this.step(1);
  }

  /** Something is drawn on the picture: it must be in sight. */
  clear(): void {
    if (this.state.get().height === 'full') this.set('closed');
  }

  /** Something was opened in the panel: it must be in sight. */
  show(): void {
    if (this.state.get().height === 'closed') this.set('half');
  }
}

/** The height whose upper edge lies nearest to the pointer. `edges`: the upper edge of each height, from the top of the page. */
export function nearestHeight(pointer: number, edges: Readonly<Record<SheetHeight, number>>): SheetHeight {
  const distance = (height: SheetHeight): number => Math.abs(edges[height] - pointer);
  return [...SHEET_HEIGHTS].sort((one, other) => distance(one) - distance(other))[0] ?? 'half';
}
