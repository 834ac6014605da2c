/** Fetches a prediction's maps of one kind: float32 little-endian [K, height, width]. */
import type { MapFacts } from '../api/documents';
import { AHEAD, RequestError, getBytes } from '../api/request';
import type { ScoreMap } from './heat_map';

/**
 * Splits [K, height, width] into one map per finding and keeps the positive part: a negative score of a signed class map
 * is evidence against the finding. Before interpolation, as the server does for its boxes: the regions shown here and the
 * boxes drawn around them must be the same. Raises Error when the bytes do not match the shape.
 */
export function splitMaps(bytes: ArrayBuffer, document: MapFacts): Map<string, ScoreMap> {
  const { findings, width, height } = document;
  const wanted = findings.length * width * height * 4;
  if (bytes.byteLength !== wanted) {
    throw new Error(`map ${document.kind} has ${bytes.byteLength} bytes, its description says ${wanted}`);
  }
  return new Map(
    findings.map((finding, k) => [
      finding,
      {
        scores: new Float32Array(bytes, k * width * height * 4, width * height).map((score) => Math.max(score, 0)),
        width,
        height,
      },
    ]),
  );
}

/** Maps as they were sent, and the name of that version for a later question whether it still holds. */
export interface LoadedMaps {
  readonly maps: Map<string, ScoreMap>;
  readonly etag: string;
}

export async function loadMaps(path: string, document: MapFacts, isAhead = false): Promise<LoadedMaps> {
  const { bytes, headers } = await getBytes(path, { headers: isAhead ? AHEAD : {} });
  return { maps: splitMaps(bytes, document), etag: headers.get('ETag') ?? '' };
}

/** Asks for maps that were fetched ahead as one who will see them: the server checks and records it. False: fetch them anew. */
export async function mayShow(path: string, etag: string): Promise<boolean> {
  try {
    await getBytes(path, { headers: { 'If-None-Match': etag } });
    return false;
  } catch (error) {
    if (error instanceof RequestError && error.status === 304) return true;
    throw error;
  }
}

/** Score for a threshold setting in [0, 1]: a share of the map's own maximum when the scale is relative. */
export function thresholdScore(setting: number, maximum: number): number {
  // A threshold of 0 still hides what is not evidence at all: scores of exactly 0 carry no colour.
  return Math.max(setting * maximum, Number.MIN_VALUE);
}

export interface MapScale {
  readonly maximum: number;
  readonly isZero: boolean;
  /** Default threshold as a share of the maximum, 0..1. */
  readonly threshold: number;
}

export function scaleOf(document: MapFacts, finding: string): MapScale {
  const k = document.findings.indexOf(finding);
  const maximum = document.maximum[k] ?? 0;
  const threshold = document.threshold[k] ?? 0.5;
  const share = document.scale === 'relative' || maximum <= 0 ? threshold : threshold / maximum;
  return {
    maximum,
    isZero: (document.is_zero[k] ?? false) || maximum <= 0,
    threshold: Math.min(Math.max(share, 0), 1),
  };
}
