/** The JSON documents of a study reading: assignment, form, answer, receipt, model output. Patient facts are not in them. */
import type { Decision, MapDocument, ModelBox } from '../api/documents';
import type { PixelBox } from '../geometry/pixel_box';

export interface StudyBoot {
  readonly study: string;
  readonly title: string;
  readonly user: { readonly username: string };
  readonly csrf: string;
  readonly urls: {
    /** `/api/studies/{study}/`; everything else is reached under it. */
    readonly api: string;
    readonly study: string;
    readonly scheme: string;
    readonly sign_in: string;
  };
  /** How long a submission can be taken back, ms. */
  readonly undo_ms: number;
}

export interface FormFinding {
  readonly code: string;
  readonly label: string;
  readonly scale: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly cut?: number;
}

export interface FormQuestion {
  readonly code: string;
  readonly label: string;
  readonly type: 'choice' | 'multi' | 'number' | 'text' | 'boolean';
  readonly required: boolean;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly step?: number | null;
  readonly options?: readonly string[] | null;
}

export interface ReadingForm {
  readonly findings: readonly FormFinding[];
  readonly questions: readonly FormQuestion[];
  readonly actions: readonly string[];
  readonly marks: readonly ('box' | 'point')[];
  readonly inadequate: boolean;
  readonly comment: boolean;
}

export interface FindingAnswer {
  readonly rating: number | null;
  readonly action: string;
}

export interface StudyMark {
  readonly key: string;
  readonly finding: string;
  readonly shape: 'box' | 'point';
  readonly x: number;
  readonly y: number;
  readonly w: number | null;
  readonly h: number | null;
  readonly rating: number | null;
  readonly first_drawn_ms: number;
}

export type QuestionAnswer = string | number | boolean | readonly string[];

export interface Coding {
  readonly item: string;
  readonly outcome: string;
  readonly site: string;
  readonly laterality: string;
  readonly cause: string;
  readonly severity: number | null;
  readonly region: PixelBox | null;
  readonly confidence: number | null;
  readonly note: string;
}

export interface AnswerBody {
  readonly ratings: Readonly<Record<string, FindingAnswer>>;
  readonly marks: readonly StudyMark[];
  readonly answers: Readonly<Record<string, QuestionAnswer>>;
  readonly comment: string;
  /** Why the image cannot be read; empty = it can. */
  readonly inadequate: string;
  readonly codings?: readonly Coding[];
  readonly active_ms: number;
  readonly first_mark_ms: number | null;
}

export interface Receipt {
  readonly sha256: string;
  readonly locked_at: string;
  readonly chain_sha256?: string;
  readonly next_stage?: string | null;
}

export interface CodingItem {
  readonly id: string;
  readonly finding: string;
  readonly outcome: string;
  readonly predicted_boxes: readonly PixelBox[];
  readonly truth_boxes: readonly PixelBox[];
  readonly probability: number | null;
  readonly threshold: number | null;
}

export interface Assignment {
  readonly id: string;
  readonly session: string;
  readonly case: string;
  readonly position: number;
  readonly total: number;
  readonly part: string;
  readonly role: 'training' | 'scored';
  readonly stage: 'unaided' | 'aided' | 'coding';
  readonly stages: readonly string[];
  readonly has_ai: boolean;
  readonly form: ReadingForm;
  readonly draft: { readonly revision: number; readonly body: AnswerBody; readonly saved_at: string } | null;
  readonly locked: Readonly<Record<string, { readonly body: AnswerBody; readonly receipt: Receipt }>>;
  readonly paused: boolean;
  readonly lease: { readonly mine: boolean } | null;
  readonly urls: { readonly header: string; readonly frame: string };
  readonly items?: readonly CodingItem[];
}

export interface AiFinding {
  readonly key: string;
  readonly title: string;
  readonly probability?: number | null;
  readonly decision?: Decision;
  readonly threshold?: number | null;
  readonly boxes?: readonly ModelBox[];
}

export interface AiDocument {
  readonly state: 'ok' | 'abstained';
  readonly reason: string | null;
  readonly findings: readonly AiFinding[];
  readonly maps?: readonly (MapDocument & { readonly url: string })[];
}

export interface Feedback {
  readonly truth: readonly { finding: string; status: string; regions: readonly PixelBox[] }[];
  readonly right: Readonly<Record<string, boolean | null>>;
  readonly explain: string;
}

/** Answer of `next/`. */
export type NextStep =
  | { readonly state: 'reading'; readonly assignment: Assignment }
  | {
      readonly state: 'open_session';
      readonly session: { readonly id: string; readonly label: string; readonly total: number; readonly kind: string };
    }
  | { readonly state: 'washout'; readonly opens_on: string }
  | { readonly state: 'paused' | 'done' | 'study_not_open' };
