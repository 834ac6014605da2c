/** The panel beside the picture; on narrow windows the sheet below it, with its handle. */
import { useEffect } from 'react';
import { ownKey } from '../keys/own_keys';
import { useStore } from '../state/store';
import { SheetHandle } from './SheetHandle';
import type { Sheet } from './sheet';

interface Props {
  readonly label: string;
  readonly sheet: Sheet;
  /** Stays in sight when the sheet is closed. */
  readonly strip?: React.ReactNode;
  readonly children: React.ReactNode;
}

/** Its key in the tables of all reading pages, or what the person has instead. */
const sheetKey = (): string => ownKey('sheet', 'U');

export function SidePanel({ label, sheet, strip, children }: Props) {
  const { height } = useStore(sheet.state);
  useEffect(() => sheet.followWindow(), [sheet]);
  return (
    <aside className="side" aria-label={label} data-testid="side-panel" data-height={height}>
      <SheetHandle sheet={sheet} shortcut={sheetKey()}>
        {strip}
      </SheetHandle>
      <div className="panel">{children}</div>
    </aside>
  );
}
