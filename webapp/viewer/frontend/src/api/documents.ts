/** The JSON documents the page reads: boot, frame header, predictions, reviews, failure scheme. */
import type { PixelBox } from '../geometry/pixel_box';

export interface BootDocument {
  image: {
    id: string;
    sop_instance_uid: string;
    code: string;
    patient: { name: string; id: string; birth_date: string; sex: string; age: string };
    study_date: string | null;
    accession: string;
    view: string;
    modality: string;
    laterality: string;
    warnings: string[];
    rows: number;
    columns: number;
  };
  user: { username: string; role: string };
  urls: {
    header: string;
    frame: string;
    predictions: string;
    reviews: string;
    scheme: string;
    worklist: string;
    events: string;
  };
  csrf: string;
}

/** `frame` names the frame whose samples lower and upper count: `linear` or the index of a VOI item. */
export interface VoiItem {
  index: number;
  kind: 'window' | 'lut';
  function: string | null;
  explanation: string;
  center: number | null;
  width: number | null;
  lower: number;
  upper: number;
  frame: string;
  linear_lower?: number | null;
  linear_upper?: number | null;
}

export interface PresetItem {
  key: number | string;
  name: string;
  lower: number;
  upper: number;
  frame: string;
  center?: number | null;
  width?: number | null;
}

/** Description of one display frame (uint16 little-endian, row-major): viewer design, section 2. */
export interface HeaderDocument {
  rows: number;
  columns: number;
  bytes: number;
  sha256: string;
  sample_min: number;
  sample_max: number;
  padded: boolean;
  value: { slope: number; intercept: number; unit: string };
  inverted: boolean;
  voi: VoiItem[];
  presets: PresetItem[];
  spacing: {
    column_mm: number | null;
    row_mm: number | null;
    kind: string;
    source?: string | null;
    factor?: number | null;
    aspect?: [number, number] | null;
  };
  quality: { lossy_source: boolean; method: string | null; ratio: number | null; warnings: string[] };
  view: string;
  laterality: string;
  orientation: string;
}

export interface ModelBox extends PixelBox {
  rule: string;
  map: string;
  score: number | null;
}

export type Decision = 'positive' | 'negative' | 'uncertain' | 'refused';

export interface Proportion {
  value: number;
  ci?: [number, number] | null;
  n?: number | null;
}

export interface FindingDocument {
  key: string;
  title: string;
  probability: number | null;
  interval: [number, number] | null;
  operating_point: { threshold: number; sensitivity: Proportion | number; specificity: Proportion | number } | null;
  decision: Decision;
  reason: string | null;
  boxes: ModelBox[];
}

export interface Evidence {
  metric: string;
  value: number;
  ci?: [number, number] | null;
  chance?: number | null;
  n?: number | null;
  data?: string | null;
}

/** K maps of one kind; lists run over `findings`. */
export interface MapDocument {
  kind: string;
  head: string;
  method: string;
  findings: string[];
  height: number;
  width: number;
  region: [number, number, number, number];
  scale: 'absolute' | 'relative';
  minimum: number[];
  maximum: number[];
  threshold: number[];
  is_zero: boolean[];
  evidence: (Evidence | null)[] | Record<string, Evidence | null> | Evidence | null;
}

export interface GateCheck {
  name: string;
  value: unknown;
  allowed: unknown;
  passed: boolean;
  text: string;
}

export type PredictionState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface PredictionDocument {
  id: string;
  state: PredictionState;
  bundle: string;
  bundle_name: string;
  bundle_version: string;
  /** Why a queued run cannot start yet, in the server's words. */
  waiting_for?: string;
  provider: string;
  created_at: string;
  error: { code: string; text: string } | null;
  gate: { verdict: 'pass' | 'refused' | 'unknown'; checks: GateCheck[] } | null;
  maps: MapDocument[];
  findings: FindingDocument[];
}

export type Verdict = 'agree' | 'false_positive' | 'false_negative' | 'wrong_place' | 'cannot_judge';

export interface FailureAnswer {
  site: string;
  laterality: string;
  cause: string;
  severity: number | null;
  box: PixelBox | null;
}

/** What is sent; the server adds image hash, reader and time. */
export interface ReviewRequest {
  bundle: string;
  finding: string;
  verdict: Verdict;
  confidence: number | null;
  failure: FailureAnswer | null;
  note: string;
  replaces: string | null;
  idempotency_key: string;
}

export interface ReviewDocument {
  id: string;
  bundle: string;
  finding: string;
  verdict: Verdict;
  confidence: number | null;
  failure: FailureAnswer | null;
  note: string;
  replaces: string | null;
  created_at: string;
  reader: string;
}
