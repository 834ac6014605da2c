/** Carries the panel's choices into the sitting, and the switch of the model from one tab to the others. */
import type { Store } from '../state/store';
import type { PanelState } from './panel_state';
import type { Sitting, SittingChoices } from './sitting';

const KEPT = ['isAiVisible', 'mapKind', 'thresholds', 'opacity', 'colours', 'boxRule', 'isKeySheetOpen'] as const;
type PanelChoices = Pick<SittingChoices, (typeof KEPT)[number]>;

const picked = (choices: Partial<PanelChoices>): Partial<PanelChoices> =>
  Object.fromEntries(KEPT.filter((name) => choices[name] !== undefined).map((name) => [name, choices[name]]));

/** Those of a sitting's choices that the panel starts with. */
export const panelChoices = (choices: Partial<SittingChoices>): Partial<PanelChoices> => picked(choices);

interface Keeper {
  readonly panel: Store<PanelState>;
  readonly sitting: Sitting;
  keep(change: Partial<SittingChoices>): void;
}

/** Keeps every change from now on. What another tab switches on or off is followed; the rest is for pages that open later. Returns how to stop. */
export function keepChoices(session: Keeper): () => void {
  const { panel, sitting } = session;
  let before = panel.get();
  const stop = panel.subscribe(() => {
    const now = panel.get();
    const changed = KEPT.filter((name) => now[name] !== before[name]);
    before = now;
    if (changed.length) session.keep(Object.fromEntries(changed.map((name) => [name, now[name]])));
  });
  const follow = (event: StorageEvent): void => {
    const isAiVisible = sitting.fromOtherTab(event)?.isAiVisible;
    if (isAiVisible !== undefined && isAiVisible !== panel.get().isAiVisible) panel.set({ isAiVisible });
  };
  window.addEventListener('storage', follow);
  return () => {
    stop();
    window.removeEventListener('storage', follow);
  };
}
