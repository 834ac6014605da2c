/** What a case borrows from its page: it stays while the cases change. */
import type { Scheme } from '../api/scheme';
import type { Priors } from '../prior/priors';
import type { DraftStorage } from '../reviews/draft_storage';
import type { Outbox } from '../reviews/outbox';
import type { Sheet } from '../shell/sheet';
import type { Store } from '../state/store';
import type { Film } from '../viewport/film';
import type { Screen } from '../viewport/screen';
import type { HeldState } from './held_cases';
import type { LastCoding } from './last_coding';
import type { Sitting } from './sitting';

export type Step = 'next' | 'previous';

export interface PageParts {
  readonly screen: Screen;
  /** Earlier images of the patient beside the case. */
  readonly priors: Priors;
  readonly outbox: Outbox;
  readonly drafts: DraftStorage;
  readonly sitting: Sitting;
  readonly sheet: Sheet;
  readonly lastCoding: LastCoding;
  /** null until it has been loaded. */
  readonly scheme: Store<{ readonly scheme: Scheme | null }>;
  /** Which cases open at once. */
  readonly held: { readonly state: Store<HeldState> };
  /** The film of a case of this page. */
  readonly film: (image: string) => Film;
  /** Opens the second window; what to tell the reader. */
  readonly openSecond: () => string;
  /** To a neighbour of the case that is shown. */
  readonly go: (step: Step) => void;
  /** Back to the list, when it is said twice. */
  readonly leave: () => void;
}
