/**
 * The page that cases are read on, one after the other: owns what stays while they change, and the case that is shown.
 *
 * A case is shown once the server has recorded that it is opened, not before: what is held needs nothing else. Until then, and
 * when it cannot be recorded, the case before stays as it is.
 */
import { RequestError, signIn } from '../api/request';
import { loadScheme } from '../api/scheme';
import type { Scheme } from '../api/scheme';
import type { OpenedCase } from '../api/schema';
import type { Boot } from '../boot';
import { bootOf } from '../boot';
import { takeOwnButtons } from '../keys/own_buttons';
import { mapCache } from '../overlay/map_cache';
import { Priors } from '../prior/priors';
import { deliveryOf } from '../reviews/delivery';
import type { DraftStorage } from '../reviews/draft_storage';
import type { Outbox } from '../reviews/outbox';
import type { OutboxStorage } from '../reviews/outbox_storage';
import { reviewsOutbox } from '../reviews/reviews_outbox';
import { ReadingSide } from '../second/reading_side';
import { Sheet } from '../shell/sheet';
import { createStore } from '../state/store';
import type { Film } from '../viewport/film';
import { openingPreset } from '../viewport/presets';
import { Screen } from '../viewport/screen';
import { SharedEngine } from '../viewport/shared_engine';
import type { CaseAddresses } from './case_addresses';
import type { CaseLook } from './case_look';
import { lookOf } from './case_look';
import { followChanges } from './case_events';
import { HeldCases } from './held_cases';
import { LastCoding } from './last_coding';
import type { PageParts, Step } from './page_parts';
import { isAiShown } from './panel_state';
import { ReadingSession } from './reading_session';
import type { Sitting } from './sitting';

/** Where a wish leads: a neighbour of the case then shown, or a case by the browser's history. */
type Wish = Step | { readonly image: string };

const LONGEST_PAUSE_MS = 500;
const LEAVE_TWICE_MS = 2_000;
/** An opening that takes longer is told, so that nobody presses again. */
const SLOW_MS = 400;

/** Asks the server to open a case; rejects with RequestError. */
export type OpenCase = (image: string) => Promise<OpenedCase>;

/** After the picture has been painted, not beside it. */
function whenIdle(work: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work, { timeout: LONGEST_PAUSE_MS });
  else work();
}

export class Lightbox implements PageParts {
  private readonly engine = new SharedEngine();
  readonly screen = new Screen(this.engine);
  readonly priors: Priors;
  readonly sheet = new Sheet();
  readonly lastCoding = new LastCoding();
  private readonly second = new ReadingSide((step) => this.go(step));
  readonly scheme = createStore<{ readonly scheme: Scheme | null }>({ scheme: null });
  readonly outbox: Outbox;
  readonly held: HeldCases;
  readonly shown: ReturnType<typeof createStore<{ readonly session: ReadingSession }>>;
  private readonly wishes: Wish[] = [];
  private isOpening = false;
  private leaveSaidAt = -Infinity;
  /** Cases that could not be opened: the next wish passes them by. */
  private readonly gone = new Set<string>();
  private last: string | null = null;

  constructor(
    boot: Boot,
    storage: OutboxStorage,
    readonly sitting: Sitting,
    readonly drafts: DraftStorage,
    private readonly openCase: OpenCase,
    private readonly addresses: CaseAddresses,
  ) {
    this.priors = new Priors(this.engine, sitting);
    this.outbox = reviewsOutbox(storage, boot.user.username, boot.csrf);
    this.held = new HeldCases({
      maps: mapCache,
      opening: (header, image) => openingPreset(header, this.lookAhead(image).preset, () => undefined),
      isModelWanted: () => isAiShown(this.shown.get().session.panel.get()),
    });
    this.shown = createStore({ session: new ReadingSession(boot, this) });
  }

  get session(): ReadingSession {
    return this.shown.get().session;
  }

  async open(): Promise<void> {
    const { urls } = this.session.boot;
    window.addEventListener('online', () => void this.outbox.flush());
    this.outbox.state.subscribe(() => this.second.tellSession(this.outbox.state.get().isSignedOut));
    this.addresses.onBack((image) => this.wish({ image }));
    void loadScheme(urls.scheme).then(
      (scheme) => this.scheme.set({ scheme }),
      () => this.session.announce('the failure scheme could not be loaded: reload the page'),
    );
    followChanges(urls.events, (isNamed) => {
      if (isNamed(this.session.boot.image.id)) this.session.refresh();
    });
    await this.begin(this.session);
    await this.outbox.flush();
  }

  /** How a case that is not open yet will open, as far as its neighbour's page knows. */
  private lookAhead(image: string): CaseLook {
    const { hanging, hanging_ahead: ahead } = this.session.boot;
    return lookOf(this.sitting.choices(), ahead[image] ?? hanging);
  }

  /** The same person, over the page; what waits is then sent. Resolves to whether the server took the password. */
  async signIn(password: string): Promise<boolean> {
    const { urls, user, csrf } = this.session.boot;
    const isIn = await signIn(urls.sign_in, user.username, password, csrf);
    if (isIn) await this.outbox.signedIn();
    return isIn;
  }

  film(image: string): Film {
    return this.held.film(image);
  }

  openSecond(): string {
    return this.second.open();
  }

  go(step: Step): void {
    this.wish(step);
  }

  leave(): void {
    const now = Date.now();
    if (now - this.leaveSaidAt <= LEAVE_TWICE_MS) return this.addresses.toList(this.session.boot);
    this.leaveSaidAt = now;
    this.session.announce('Esc again returns to the list');
  }

  /** One after the other: each key press counts, and each case that it passes is opened and recorded. */
  private wish(wish: Wish): void {
    this.wishes.push(wish);
    if (!this.isOpening) void this.grant();
  }

  private async grant(): Promise<void> {
    this.isOpening = true;
    try {
      for (let wish = this.wishes.shift(); wish; wish = this.wishes.shift()) {
        if (!(await this.goTo(wish))) this.wishes.length = 0;
      }
    } finally {
      this.isOpening = false;
    }
  }

  /** False when the case that was shown still is. */
  private async goTo(wish: Wish): Promise<boolean> {
    const { session } = this;
    const image = typeof wish === 'string' ? this.neighbour(wish) : wish.image;
    if (image === session.boot.image.id) return true;
    const isLeft = await this.leaveFor(image, typeof wish === 'string');
    if (!isLeft && typeof wish !== 'string') this.addresses.stay(session.boot);
    return isLeft;
  }

  private async leaveFor(image: string | null, isNew: boolean): Promise<boolean> {
    const { session } = this;
    if (!image) session.announce('no further case in this list');
    if (!image || !session.mayLeave()) return false;
    const slow = setTimeout(() => session.announce('opening the case…'), SLOW_MS);
    try {
      this.swap(bootOf(await this.openCase(image)), isNew);
      if (this.outbox.state.get().isSignedOut) void this.outbox.signedIn(); // elsewhere in this browser
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      session.announce(this.refusal(image, error));
      return false;
    } finally {
      clearTimeout(slow);
    }
  }

  private neighbour(step: Step): string | null {
    const { boot } = this.session;
    if (step === 'previous') return boot.previous && !this.gone.has(boot.previous) ? boot.previous : null;
    const after = [...new Set([...(boot.next ? [boot.next] : []), ...boot.ahead])];
    return after.find((image) => !this.gone.has(image)) ?? null;
  }

  /** Why a case was not opened, and what to do; the one that is shown stays, with everything on it. */
  private refusal(image: string, { status, code, text }: RequestError): string {
    const reader = this.session.boot.user.username;
    if (status === 0) {
      const held = this.held.isHeld(image) ? 'its picture is here, but ' : '';
      return `no connection: ${held}a case is opened only when that can be recorded. This one stays; try again when the line is back`;
    }
    if (deliveryOf(status, code) === 'signed_out') {
      this.outbox.signedOut();
      return `signed out: sign in again as ${reader} on this page, then go on. This case stays, with what is half-filled`;
    }
    if (status === 403 || status === 404) {
      this.gone.add(image);
      this.held.forget(image);
      const further = this.neighbour('next') ? 'J goes on to the one after it' : 'no further case is known in this list';
      return `that case cannot be opened (${text}); ${further}`;
    }
    return `that case could not be opened: ${text}. This one stays`;
  }

  private swap(boot: Boot, isNew: boolean): void {
    const before = this.session;
    this.last = before.controller.view.get().status === 'ready' ? before.boot.image.id : null;
    before.close();
    this.priors.leave();
    this.held.keepOnly([boot.image.id, ...boot.ahead, ...(this.last ? [this.last] : [])]);
    takeOwnButtons(boot.user.keys.buttons); // as they are set by now
    const session = new ReadingSession(boot, this);
    if (isNew) this.addresses.goOn(boot);
    this.sheet.reset();
    this.shown.set({ session });
    void this.begin(session);
  }

  /** Starts a case; once it is whole, those after it are fetched ahead. */
  private async begin(session: ReadingSession): Promise<void> {
    this.addresses.tell(session.boot);
    this.second.follow(session.boot);
    const { image, ahead } = session.boot;
    const { view } = session.controller;
    const stop = view.subscribe(() => {
      const { status } = view.get();
      if (status === 'error') this.held.forget(image.id);
      if (status !== 'ready') return;
      stop();
      if (session !== this.session) return;
      this.held.tellShown(image.id);
      whenIdle(() => {
        if (session === this.session) void this.held.hold(ahead.filter((next) => !this.gone.has(next)));
      });
    });
    this.priors.follow(session);
    await session.open();
  }
}
