/** The upper edge of the sheet: a grip to drag, what is most wanted of the panel, and buttons for up and down. */
import { useRef } from 'react';
import { useStore } from '../state/store';
import type { Sheet, SheetHeight } from './sheet';
import { nearestHeight } from './sheet';

interface Props {
  readonly sheet: Sheet;
  readonly shortcut: string;
  /** Chips that stay in sight when the sheet is closed. */
  readonly children?: React.ReactNode;
}

/** Upper edges of the three heights, as the style sheet lays them out: CSS px from the top of the page. */
function edgesOf(handle: HTMLElement): Record<SheetHeight, number> {
  const page = handle.closest('.reading-page');
  const bottom = page?.querySelector('.status-bar')?.getBoundingClientRect().top ?? window.innerHeight;
  const top = page?.querySelector('.stage')?.getBoundingClientRect().top ?? 0;
  const closed = bottom - handle.offsetHeight;
  return { closed, half: (closed + top) / 2, full: top };
}

export function SheetHandle({ sheet, shortcut, children }: Props) {
  const { height } = useStore(sheet.state);
  const handle = useRef<HTMLDivElement>(null);
  const follow = (event: React.PointerEvent): void => {
    if (!handle.current || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    sheet.set(nearestHeight(event.clientY, edgesOf(handle.current)));
  };
  return (
    <div className="sheet-handle" ref={handle} data-testid="sheet-handle">
      <span
        className="grip"
        aria-hidden="true"
        data-testid="sheet-grip"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={follow}
      />
      <div className="sheet-strip">{children}</div>
      <button
        type="button"
        aria-label="Raise the panel"
        title={`raise the panel (${shortcut})`}
        aria-disabled={height === 'full'}
        data-testid="sheet-up"
        onClick={() => sheet.step(1)}
      >
        ▴
      </button>
      <button
        type="button"
        aria-label="Lower the panel"
        title="lower the panel"
        aria-disabled={height === 'closed'}
        data-testid="sheet-down"
        onClick={() => sheet.step(-1)}
      >
        ▾
      </button>
    </div>
  );
}
