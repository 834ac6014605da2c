/** Maps already fetched, by prediction and kind; a failed fetch is forgotten so that the next wish tries again. */
import type { MapDocument } from '../api/documents';
import type { ScoreMap } from './heat_map';
import { loadMaps } from './map_scores';

export interface MapCache {
  get(prediction: string, document: MapDocument): Promise<Map<string, ScoreMap>>;
}

function createMapCache(): MapCache {
  const fetched = new Map<string, Promise<Map<string, ScoreMap>>>();
  return {
    get(prediction, document) {
      const key = `${prediction}/${document.kind}`;
      const known = fetched.get(key);
      if (known) return known;
      const request = loadMaps(prediction, document);
      request.catch(() => fetched.delete(key));
      fetched.set(key, request);
      return request;
    },
  };
}

export const mapCache = createMapCache();
