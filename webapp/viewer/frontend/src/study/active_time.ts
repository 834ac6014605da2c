/**
 * Active reading time: the page is visible, not paused, and something was done within the last minute
 * (studies_methods.md §7: longer silence is excluded from its beginning on).
 */
export const IDLE_MS = 60_000;

export class ActiveTime {
  private total: number;
  private since: number | null = null;
  private lastInput = 0;

  constructor(
    private readonly now: () => number,
    start = 0,
  ) {
    this.total = start;
  }

  /** The reader did something, or the page became visible. */
  touch(): void {
    const now = this.now();
    if (this.since !== null && now - this.lastInput > IDLE_MS) this.settle(this.lastInput);
    this.since ??= now;
    this.lastInput = now;
  }

  /** Hidden or paused from now on. */
  stop(): void {
    const now = this.now();
    if (this.since === null) return;
    this.settle(now - this.lastInput > IDLE_MS ? this.lastInput : now);
  }

  /** Active milliseconds until now. */
  get ms(): number {
    if (this.since === null) return Math.round(this.total);
    const now = this.now();
    const end = now - this.lastInput > IDLE_MS ? this.lastInput : now;
    return Math.round(this.total + Math.max(0, end - this.since));
  }

  private settle(end: number): void {
    this.total += Math.max(0, end - (this.since ?? end));
    this.since = null;
  }
}
