/** The page that cases are read on, one after the other: owns what stays while they change, and the case that is shown. */
import { loadScheme } from '../api/scheme';
import type { Scheme } from '../api/scheme';
import type { Boot } from '../boot';
import type { DraftStorage } from '../reviews/draft_storage';
import type { Outbox } from '../reviews/outbox';
import type { OutboxStorage } from '../reviews/outbox_storage';
import { reviewsOutbox } from '../reviews/reviews_outbox';
import { Sheet } from '../shell/sheet';
import { createStore } from '../state/store';
import { Screen } from '../viewport/screen';
import { followChanges } from './case_events';
import type { PageParts } from './page_parts';
import { ReadingSession } from './reading_session';
import type { Sitting } from './sitting';

export class Lightbox implements PageParts {
  readonly screen = new Screen();
  readonly sheet = new Sheet();
  readonly scheme = createStore<{ readonly scheme: Scheme | null }>({ scheme: null });
  readonly outbox: Outbox;
  readonly shown: { readonly session: ReadingSession };

  constructor(
    private readonly boot: Boot,
    storage: OutboxStorage,
    readonly sitting: Sitting,
    readonly drafts: DraftStorage,
  ) {
    this.outbox = reviewsOutbox(storage, boot.user.username, boot.csrf);
    this.shown = { session: new ReadingSession(boot, this) };
  }

  async open(): Promise<void> {
    const { session } = this.shown;
    const { urls } = this.boot;
    window.addEventListener('online', () => void this.outbox.flush());
    void loadScheme(urls.scheme).then(
      (scheme) => this.scheme.set({ scheme }),
      () => session.announce('the failure scheme could not be loaded: reload the page'),
    );
    followChanges(urls.events, (isNamed) => {
      if (isNamed(session.boot.image.id)) session.refresh();
    });
    await session.open();
    await this.outbox.flush();
  }

  show(image: string): void {
    window.location.assign(`/images/${image}/${window.location.search}`);
  }
}
