/** Two maps of one finding on one picture: one in colour, the other as a line, changed over by one key. */
import type { MapDocument, MapKind } from '../api/documents';
import { mapTitle } from '../overlay/map_layers';
import type { PanelState } from './panel_state';

interface Comparing {
  readonly panel: { get(): PanelState; set(change: Partial<PanelState>): void };
  shown(): { readonly maps: readonly MapDocument[] } | null;
  isAiUnseen(): boolean;
  announce(text: string): void;
}

/** Kinds of map that the shown model gives of the chosen finding, in the model's order. */
function kindsOf(session: Comparing): MapKind[] {
  const { selected } = session.panel.get();
  const maps = session.shown()?.maps ?? [];
  return maps.filter(({ findings }) => selected !== null && findings.includes(selected)).map(({ kind }) => kind);
}

/** The kind that is drawn as a line; null where there is none beside the one in colour. */
export function comparedKind(session: Pick<Comparing, 'panel' | 'shown'>): MapKind | null {
  const { mapKind, isCompared } = session.panel.get();
  if (!isCompared || !mapKind) return null;
  const kinds = kindsOf(session as Comparing);
  const next = kinds[(kinds.indexOf(mapKind) + 1) % kinds.length] ?? null;
  return next === mapKind ? null : next;
}

/** C: compares, and then changes the two over. G or W ends it. */
export function compareMaps(session: Comparing): void {
  if (session.isAiUnseen()) return;
  const kinds = kindsOf(session);
  const { mapKind, isCompared } = session.panel.get();
  if (kinds.length < 2) return session.announce('this model gives one kind of map of this finding: there is nothing to compare');
  const place = mapKind ? kinds.indexOf(mapKind) : -1;
  const next = (isCompared ? kinds[(place + 1) % kinds.length] : kinds[Math.max(place, 0)]) ?? null;
  session.panel.set({ mapKind: next, isCompared: true, isAiVisible: true });
  const other = comparedKind(session);
  if (next && other) session.announce(`${mapTitle(next)} in colour, ${mapTitle(other)} as a white line; C changes them over`);
}
