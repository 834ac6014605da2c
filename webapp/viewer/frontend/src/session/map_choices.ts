/** Which map and which boxes of the shown model are looked at, and from which score on a map is drawn. */
import type { FindingDocument, MapKind } from '../api/documents';
import { scaleOf } from '../overlay/map_scores';
import { areBoxesShown, thresholdKey } from './panel_state';
import type { ReadingSession } from './reading_session';

/** Map of the n-th finding (1-based), with the kind in use or the first there is. */
export function showMapOf(session: ReadingSession, n: number): void {
  if (session.isAiUnseen()) return;
  const finding = session.findings()[n - 1];
  if (!finding) return;
  session.select(finding.key);
  const kind = session.panel.get().mapKind ?? (session.shown()?.maps[0]?.kind);
  if (kind) session.panel.set({ mapKind: kind, isAiVisible: true });
}

export function toggleMap(session: ReadingSession, kind: MapKind): void {
  if (session.isAiUnseen()) return;
  const document = session.shown()?.maps.find((map) => map.kind === kind);
  const finding = session.selected();
  if (!document || !finding) return session.announce('no map of this kind for this image');
  const isOn = session.panel.get().mapKind === kind;
  session.panel.set({ mapKind: isOn ? null : kind, isCompared: false, isAiVisible: true });
  session.announce(isOn ? 'map off' : `${document.method} of ${finding.title}`);
}

export function setThreshold(session: ReadingSession, finding: string, kind: MapKind, share: number): void {
  const { thresholds } = session.panel.get();
  session.panel.set({ thresholds: { ...thresholds, [thresholdKey(finding, kind)]: share } });
}

/** The threshold in use, as a share of the map's maximum. */
export function mapThreshold(session: ReadingSession, finding: string, kind: MapKind): number {
  const document = session.shown()?.maps.find((map) => map.kind === kind);
  const chosen = session.panel.get().thresholds[thresholdKey(finding, kind)];
  return chosen ?? (document ? scaleOf(document, finding).threshold : 0);
}

export function toggleBoxes(session: ReadingSession, finding: FindingDocument): void {
  const panel = session.panel.get();
  const isShown = areBoxesShown(panel, finding);
  session.panel.set({ boxes: { ...panel.boxes, [finding.key]: !isShown }, isAiVisible: true });
}
