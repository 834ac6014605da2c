/** Active time and interaction events of one reading, fed by what happens on the page. */
import type { SentEvent } from '../api/schema';
import type { ViewportController } from '../viewport/controller';
import { LINEAR_FRAME } from '../viewport/window_level';
import { ActiveTime } from './active_time';
import { EventLog } from './event_log';

const FLUSH_EVERY_MS = 10_000;
const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const;
const clock = (): number => performance.now();

export class ReadingClock {
  readonly events: EventLog;
  private readonly time: ActiveTime;
  private readonly openedAt = clock();
  private isPaused = false;
  private stopWatching: (() => void) | null = null;

  /** start: active milliseconds of earlier visits. */
  constructor(send: (events: readonly SentEvent[]) => Promise<unknown>, start: number) {
    this.time = new ActiveTime(clock, start);
    this.events = new EventLog(send, () => this.sinceOpening());
  }

  get activeMs(): number {
    return this.time.ms;
  }

  sinceOpening(): number {
    return Math.round(clock() - this.openedAt);
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.events.add(isPaused ? 'pause' : 'resume');
    if (isPaused) this.time.stop();
    else this.time.touch();
  }

  watch(controller: ViewportController): void {
    this.events.add('open');
    for (const name of INPUTS) window.addEventListener(name, this.touch, { passive: true, capture: true });
    document.addEventListener('visibilitychange', this.visibility);
    const stopView = this.watchView(controller);
    const ticker = setInterval(() => void this.events.flush(), FLUSH_EVERY_MS);
    this.touch();
    this.stopWatching = () => {
      for (const name of INPUTS) window.removeEventListener(name, this.touch, { capture: true });
      document.removeEventListener('visibilitychange', this.visibility);
      stopView();
      clearInterval(ticker);
    };
  }

  stop(): void {
    this.stopWatching?.();
    this.time.stop();
    void this.events.flush();
  }

  private readonly touch = (): void => {
    if (!this.isPaused && document.visibilityState === 'visible') this.time.touch();
  };

  private readonly visibility = (): void => {
    const isVisible = document.visibilityState === 'visible';
    this.events.add(isVisible ? 'focus' : 'blur');
    if (isVisible) this.touch();
    else this.time.stop();
  };

  private watchView({ view }: ViewportController): () => void {
    let last = view.get();
    return view.subscribe(() => {
      const now = view.get();
      if (now.bounds !== last.bounds) this.events.add('wl', { ...now.bounds, ...(now.frame === LINEAR_FRAME ? {} : { frame: now.frame }) });
      if (Math.abs(now.zoom - last.zoom) > 0.01) this.events.add('zoom', { zoom: Number(now.zoom.toFixed(3)) });
      last = now;
    });
  }
}
