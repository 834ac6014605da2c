/** The JSON documents of the reading page, by the names it uses. Their fields are the server's: api/schema.d.ts. */
import type { FailureDocument, FindingDocument, MapDocument, ReviewDocument } from './schema';
import type { PixelBox, ReviewRequest as ReviewBody } from './schema';

export type {
  BootDocument,
  Evidence,
  FindingDocument,
  HeaderDocument,
  MapDocument,
  ModelBox,
  PredictionDocument,
  PresetItem,
  ReviewDocument,
  VoiItem,
} from './schema';

export type Decision = FindingDocument['decision'];
export type Verdict = ReviewDocument['verdict'];
export type MapKind = MapDocument['kind'];
/** A map as a study shows it: without the name of the model's head. */
export type MapFacts = Omit<MapDocument, 'head'>;
/** A failure as the form gives it; its outcome follows from the verdict. */
export type FailureAnswer = Omit<FailureDocument, 'outcome'>;
/** What the form sends leaves nothing out; the outbox adds the reader. */
export type ReviewRequest = Required<Omit<ReviewBody, 'failure' | 'note' | 'reader' | 'finding' | 'term' | 'box' | 'prediction'>> & {
  /** The result that was seen; absent in what an earlier version kept. */
  readonly prediction?: string;
  /** Empty where a term is spoken of. */
  readonly finding: string;
  readonly term?: string | null;
  /** Of a verdict that is no failure. */
  readonly box?: PixelBox | null;
  readonly failure: FailureAnswer | null;
  readonly note: string;
};
