/** Keeps the two overlay layers in step with what the reader chose and with every move of the view. */
import type { RefObject } from 'react';
import { useEffect } from 'react';
import type { MapKind } from '../api/documents';
import { laterTruthOf } from '../later/later_truth';
import { comparedKind } from '../session/compared_maps';
import { drawnBoxes } from '../session/drawn_boxes';
import { mapThreshold } from '../session/map_choices';
import { isAiShown } from '../session/panel_state';
import type { ReadingSession } from '../session/reading_session';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import type { HeatPicture } from './heat_layer';
import type { MapCache } from './map_cache';
import { mapCache, mapPath } from './map_cache';
import { scaleOf, thresholdScore } from './map_scores';
import { useLayers } from './use_layers';

async function heatPicture(session: ReadingSession, kind: MapKind | null, cache: MapCache): Promise<HeatPicture | null> {
  const { selected, colours } = session.panel.get();
  const shown = session.shown();
  const document = shown?.maps.find((map) => map.kind === kind);
  if (!shown || !document || !kind || !selected || !document.findings.includes(selected)) return null;
  const scale = scaleOf(document, selected);
  if (scale.isZero) return null;
  const map = (await cache.get(mapPath(shown.id, document.kind), document)).get(selected);
  if (!map) return null;
  const share = mapThreshold(session, selected, kind);
  return { map, region: document.region, high: scale.maximum, threshold: thresholdScore(share, scale.maximum), colours };
}

export function useOverlay(heat: RefObject<HTMLCanvasElement | null>, boxes: RefObject<SVGSVGElement | null>): void {
  const session = useSession();
  const panel = useStore(session.panel);
  const predictions = useStore(session.predictions.state);
  const reviews = useStore(session.desk.state);
  const outbox = useStore(session.desk.outbox.state);
  const scheme = useStore(session.scheme);
  const later = useStore(laterTruthOf(session).state);
  const layers = useLayers(session.controller, session.boot.image, heat, boxes);

  useEffect(() => {
    const now = layers.current;
    if (!now) return;
    now.boxes.setBoxes(drawnBoxes(session));
    if (now.affine) now.boxes.draw(now.affine);
  }, [session, layers, panel, predictions, reviews, outbox, scheme, later]);

  const isDrawn = isAiShown(panel) && !panel.isAiHeld;
  const { mapKind, isCompared, selected, thresholds, colours } = panel;
  useEffect(() => {
    let isStale = false;
    const show = (picture: HeatPicture | null, other: HeatPicture | null = null): void => {
      const now = layers.current;
      if (isStale || !now) return;
      now.heat.setPicture(picture);
      now.heat.setOther(picture && other);
      if (now.affine) now.heat.draw(now.affine);
    };
    if (!isDrawn || !mapKind) show(null);
    else {
      const other = isCompared ? comparedKind(session) : null;
      const both = [mapKind, other].map((kind) => heatPicture(session, kind, mapCache));
      Promise.all(both).then(([picture, line]) => show(picture ?? null, line), () => {
        show(null);
        session.announce('the map could not be loaded: try again');
      });
    }
    return () => {
      isStale = true;
    };
  }, [session, layers, predictions, isDrawn, mapKind, isCompared, selected, thresholds, colours]);

  useEffect(() => {
    layers.current?.heat.setOpacity(panel.opacity);
    if (layers.current?.affine) layers.current.heat.draw(layers.current.affine);
  }, [layers, panel.opacity]);
}
