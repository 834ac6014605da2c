/**
 * The second window: an earlier image, the other view, or the case again, beside the case of its reading page. It shows pictures
 * alone and asks for nothing of a model. What of a case is gone from the reading page is gone from here.
 */
import { RequestError, getJson, sendJson } from '../api/request';
import type { ComparedImage, PriorImages } from '../api/schema';
import { lackOf, latestOf, opensBeside, summaryOf } from '../prior/prior_words';
import { deliveryOf } from '../reviews/delivery';
import type { Step } from '../session/page_parts';
import { createStore } from '../state/store';
import { ViewportController } from '../viewport/controller';
import { Screen } from '../viewport/screen';
import type { Channel, FromReading, FromWindow, SharedCase } from './second_channel';
import { joinChannel } from './second_channel';

const ASK_MS = 2000;
/** So many questions without an answer, and the reading page counts as gone. */
const MOST_UNANSWERED = 3;
const WAITING = 'Waiting for the reading page…';
const SILENT = 'The reading page does not answer: it was closed, or its tab sleeps. Go to it, and the pictures come back.';
const UNSEEN = 'Nothing is opened while this window is hidden.';
const SIGNED_OUT = 'The session has ended. Sign in again on the reading page, then come back to this window.';

export interface SecondState {
  readonly shown: SharedCase | null;
  /** Why nothing is shown, or why no picture is. */
  readonly why: string;
  readonly list: PriorImages | null;
  /** The image that lies here; null where it is the case itself, or nothing. */
  readonly chosen: ComparedImage | null;
  readonly controller: ViewportController | null;
  /** What was looked for and not found, where the case itself lies here in its place; empty otherwise. */
  readonly lack: string;
  /** The reader wants the case itself here. */
  readonly isCaseWanted: boolean;
  readonly announcement: string;
}

const OF_A_CASE = { shown: null, why: '', list: null, chosen: null, controller: null, lack: '' } as const;

export class SecondWindow {
  readonly state = createStore<SecondState>({ ...OF_A_CASE, why: WAITING, isCaseWanted: false, announcement: '' });
  readonly screen = new Screen();
  private channel: Channel | null = null;
  private page = '';
  private unanswered = 0;
  /** The server has said that the session has ended: the reading page may not know it yet. */
  private isSignedOut = false;
  /** Counts what the reader chose: of two choices the later one lies here, whichever is recorded last. */
  private choices = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** isHidden: whether the window is seen by nobody now. */
  constructor(
    private readonly csrf: string,
    private readonly isHidden: () => boolean,
  ) {}

  /** Follows the reading page of this name, and no other. */
  follow(page: string): void {
    this.channel?.close();
    clearInterval(this.timer);
    this.page = page;
    this.isSignedOut = false;
    this.unanswered = 0;
    this.blank(page ? WAITING : 'A second window is opened from a reading page, by its button “Second window”.');
    if (!page) return;
    this.channel = joinChannel(page, (message) => this.hear(message));
    this.timer = setInterval(() => this.ask(), ASK_MS);
    this.ask();
  }

  /** The reader has come to this window: who was signed out may be in again, and what waited to be seen is opened. */
  wake(): void {
    const { shown, why } = this.state.get();
    if (this.isSignedOut) this.follow(this.page);
    else if (shown && why === UNSEEN && !this.isHidden()) void this.take(shown);
  }

  /** The keys of the list act here as there. */
  go(wish: Step): void {
    this.say(wish);
  }

  announce(announcement: string): void {
    this.state.set({ announcement });
  }

  /** The case itself, now and for the cases that follow. */
  showCase(): void {
    const { shown } = this.state.get();
    this.choices += 1;
    this.state.set({ isCaseWanted: true });
    if (shown) this.show(shown.image.id, null);
  }

  /** Another image of the patient: recorded as opened before anything of it is asked for. */
  async choose(image: ComparedImage): Promise<void> {
    const { shown } = this.state.get();
    if (!shown) return;
    this.choices += 1;
    const own = this.choices;
    this.state.set({ isCaseWanted: false });
    try {
      await sendJson('POST', `/api/images/${shown.image.id}/priors/${image.id}/opening/`, {}, this.csrf);
    } catch (error) {
      return this.refused(shown, error, 'The image is not shown');
    }
    if (this.state.get().shown === shown && this.choices === own) this.show(image.id, image);
  }

  private ask(): void {
    if (this.unanswered >= MOST_UNANSWERED && this.state.get().shown) this.blank(SILENT);
    this.unanswered += 1;
    this.say('tell');
  }

  private say(wish: FromWindow['wish']): void {
    this.channel?.say({ from: 'window', page: this.page, wish });
  }

  private hear(message: FromReading | FromWindow): void {
    if (message.from !== 'reading') return;
    this.unanswered = 0;
    const { shown, why } = message;
    if (!shown) {
      this.isSignedOut = false;
      return this.blank(why || WAITING);
    }
    if (!this.isSignedOut && this.state.get().shown?.image.id !== shown.image.id) void this.take(shown);
  }

  /** Nothing of the case before stays to be seen. */
  private async take(shown: SharedCase): Promise<void> {
    this.blank('');
    this.state.set({ shown });
    if (this.state.get().isCaseWanted) this.show(shown.image.id, null);
    let list: PriorImages;
    try {
      list = await getJson<PriorImages>(`/api/images/${shown.image.id}/priors/`);
    } catch (error) {
      return this.refused(shown, error, 'Earlier images could not be looked for');
    }
    if (this.state.get().shown !== shown) return;
    this.state.set({ list });
    if (this.state.get().isCaseWanted) return;
    const opens = shown.hanging.beside === 'other_view' ? 'other_view' : 'prior';
    const image = opensBeside(list, opens) ?? latestOf(list) ?? list.companions[0];
    if (image && this.isHidden()) return this.state.set({ why: UNSEEN }); // a look that nobody had is no look
    if (image) return this.choose(image);
    this.show(shown.image.id, null);
    this.state.set({ lack: summaryOf(list, null, lackOf({ isOn: true, opens, list }, shown.hanging.view)) });
  }

  private show(id: string, chosen: ComparedImage | null): void {
    this.state.get().controller?.destroy();
    const api = `/api/images/${id}/`;
    const controller = new ViewportController({
      imageId: `second-${id}`,
      headerPath: `${api}header/`,
      framePath: `${api}frame/`,
      announce: (text) => this.announce(text),
      screen: this.screen,
    });
    this.state.set({ chosen, controller, why: '', lack: '' });
  }

  private refused(shown: SharedCase, error: unknown, what: string): void {
    if (!(error instanceof RequestError)) throw error;
    if (this.state.get().shown !== shown) return;
    if (deliveryOf(error.status, error.code) === 'signed_out') {
      this.isSignedOut = true;
      return this.blank(SIGNED_OUT);
    }
    if (!this.state.get().controller) this.state.set({ why: `${what}: ${error.text}` });
    this.announce(`${what}: ${error.text}`);
  }

  private blank(why: string): void {
    this.state.get().controller?.destroy();
    this.state.set({ ...OF_A_CASE, why, announcement: '' });
  }
}
