/** The reading page's end of its second window. Nothing is said before the reader asks for one. */
import type { Boot } from '../boot';
import type { Step } from '../session/page_parts';
import type { Channel } from './second_channel';
import { joinChannel, sharedCase } from './second_channel';

const BLOCKED = 'this browser blocked the second window: allow pop-ups for this site, then press the button again';
const SIGNED_OUT = 'The session has ended. Sign in again on the reading page; the pictures then come back.';
const LEFT = 'The reading page was closed or left. Its button “Second window” opens its pictures here again.';
/** One name: pressed again, the button leads to the window that is there. */
const NAME = 'sightline-second-window';

export class ReadingSide {
  private readonly page = crypto.randomUUID();
  private channel: Channel | null = null;
  private boot: Boot | null = null;
  private isSignedOut = false;

  constructor(private readonly go: (step: Step) => void) {}

  /** Opens the window, or leads to it; returns what to tell the reader. */
  open(): string {
    const opened = window.open(`/second-window/#${this.page}`, NAME, 'popup');
    if (!opened) return BLOCKED;
    this.channel ??= this.join();
    opened.focus();
    this.tell();
    return 'the second window follows this page';
  }

  /** A case is shown, from now on. */
  follow(boot: Boot): void {
    this.boot = boot;
    this.tell();
  }

  /** Whether the session is known to have ended. */
  tellSession(isSignedOut: boolean): void {
    if (isSignedOut === this.isSignedOut) return;
    this.isSignedOut = isSignedOut;
    this.tell();
  }

  private join(): Channel {
    window.addEventListener('pagehide', () => this.channel?.say({ from: 'reading', page: this.page, shown: null, why: LEFT }));
    return joinChannel(this.page, (message) => {
      if (message.from !== 'window') return;
      if (message.wish === 'tell') this.tell();
      else if (!this.isSignedOut) this.go(message.wish);
    });
  }

  private tell(): void {
    const shown = this.boot && !this.isSignedOut ? sharedCase(this.boot) : null;
    this.channel?.say({ from: 'reading', page: this.page, shown, why: this.isSignedOut ? SIGNED_OUT : '' });
  }
}
