/** Maps already fetched, by address; a failed fetch is forgotten so that the next wish tries again. */
import type { MapFacts } from '../api/documents';
import type { ScoreMap } from './heat_map';
import type { LoadedMaps } from './map_scores';
import { loadMaps, mayShow } from './map_scores';

type Maps = Map<string, ScoreMap>;

export interface MapCache {
  /** For showing: maps that were fetched ahead are asked for once more, so that the server knows that they are seen. */
  get(path: string, document: MapFacts): Promise<Maps>;
  /** For a case that is not open yet. */
  fetchAhead(path: string, document: MapFacts): Promise<void>;
}

/** Kinds of maps that are kept: those of the cases that are held, and the last of those that were left. */
const KEPT = 24;

export function createMapCache(): MapCache {
  const shown = new Map<string, Promise<Maps>>();
  const ahead = new Map<string, Promise<LoadedMaps>>();

  const keep = <T>(where: Map<string, Promise<T>>, path: string, request: Promise<T>): Promise<T> => {
    request.catch(() => where.delete(path));
    where.set(path, request);
    const oldest = where.keys().next().value;
    if (where.size > KEPT && oldest !== undefined) where.delete(oldest);
    return request;
  };

  const fetched = async (path: string, document: MapFacts): Promise<Maps> => {
    const known = await ahead.get(path)?.catch(() => null);
    if (known?.etag && (await mayShow(path, known.etag))) return known.maps;
    return (await loadMaps(path, document)).maps;
  };

  return {
    get: (path, document) => shown.get(path) ?? keep(shown, path, fetched(path, document)),
    async fetchAhead(path, document) {
      if (!shown.has(path)) await (ahead.get(path) ?? keep(ahead, path, loadMaps(path, document, true)));
    },
  };
}

export const mapPath = (prediction: string, kind: string): string => `/api/predictions/${prediction}/maps/${kind}/`;

export const mapCache = createMapCache();
