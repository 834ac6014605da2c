/** Maps already fetched, by address; a failed fetch is forgotten so that the next wish tries again. */
import type { MapFacts } from '../api/documents';
import type { ScoreMap } from './heat_map';
import { loadMaps } from './map_scores';

export interface MapCache {
  get(path: string, document: MapFacts): Promise<Map<string, ScoreMap>>;
}

function createMapCache(): MapCache {
  const fetched = new Map<string, Promise<Map<string, ScoreMap>>>();
  return {
    get(path, document) {
      const known = fetched.get(path);
      if (known) return known;
      const request = loadMaps(path, document);
      request.catch(() => fetched.delete(path));
      fetched.set(path, request);
      return request;
    },
  };
}

export const mapPath = (prediction: string, kind: string): string => `/api/predictions/${prediction}/maps/${kind}/`;

export const mapCache = createMapCache();
