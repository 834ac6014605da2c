/** What a case borrows from its page: it stays while the cases change. */
import type { Scheme } from '../api/scheme';
import type { DraftStorage } from '../reviews/draft_storage';
import type { Outbox } from '../reviews/outbox';
import type { Sheet } from '../shell/sheet';
import type { Store } from '../state/store';
import type { Screen } from '../viewport/screen';
import type { Sitting } from './sitting';

export interface PageParts {
  readonly screen: Screen;
  readonly outbox: Outbox;
  readonly drafts: DraftStorage;
  readonly sitting: Sitting;
  readonly sheet: Sheet;
  /** null until it has been loaded. */
  readonly scheme: Store<{ readonly scheme: Scheme | null }>;
  /** Leaves for a case. */
  readonly show: (image: string) => void;
}
