/** Header and pixels of one image: fetched once, by whoever asks first, and kept until it is dropped. */
import type { HeaderDocument } from '../api/documents';
import { AHEAD, getJson } from '../api/request';
import type { Bytes } from './frame_loader';
import { PREVIEW_FRAME, addSource, imageIdOf, loadFrame, removeSource, samplesOf, startFrame } from './frame_loader';
import { createStore } from '../state/store';
import { LINEAR_FRAME } from './window_level';

export interface FilmPaths {
  readonly imageId: string;
  readonly headerPath: string;
  readonly framePath: string;
}

/** SHA-256 of a frame's samples as computed here, and the one that it must have (null where nobody said). */
type HashListener = (sha256: string, expected: string | null) => void;

export class Film {
  readonly header: Promise<HeaderDocument>;
  /** Of the frame that is on its way, unpacked; total 0 before the header is there. */
  readonly progress = createStore<Bytes>({ received: 0, total: 0 });
  private readonly abort = new AbortController();
  private readonly hashes: Parameters<HashListener>[] = [];
  private loaded = 0;
  private readonly waiting: (() => void)[] = [];
  private listener: HashListener | null = null;

  /** isAhead: nobody has opened the image yet, and the server records so. */
  constructor(
    private readonly paths: FilmPaths,
    private isAhead = false,
  ) {
    this.header = getJson<HeaderDocument>(paths.headerPath, this.abort.signal, this.headers());
    this.header.then(
      (header) => this.describe(header),
      () => undefined, // told by whoever shows the film, and awaits the same promise
    );
  }

  /** Begins to fetch a frame before the header is there. */
  start(frame: string): void {
    startFrame(imageIdOf(this.paths.imageId, frame), this.pathOf(frame), {
      signal: this.abort.signal,
      headers: this.headers(),
      onProgress: frame === PREVIEW_FRAME ? undefined : (received) => this.progress.set({ received }),
    });
  }

  /** Resolves to Cornerstone's name of the frame, once its cache holds the pixels. */
  async load(frame: string): Promise<string> {
    await this.header;
    const name = imageIdOf(this.paths.imageId, frame);
    const { isAhead } = this;
    try {
      await loadFrame(name);
    } catch (error) {
      // What the server does not give ahead it may give for a case that has been opened meanwhile.
      if (isAhead && !this.isAhead) return this.load(frame);
      throw error;
    }
    if (frame !== PREVIEW_FRAME) this.loaded += 1;
    return name;
  }

  /** Of a frame that is here, row by row; null of one that is not. */
  samples(frame: string): Uint16Array | null {
    return samplesOf(imageIdOf(this.paths.imageId, frame));
  }

  /** A frame is here, decoded. */
  get isLoaded(): boolean {
    return this.loaded > 0;
  }

  /** The case has been opened: what is asked for from now on is for its reader. */
  open(): void {
    this.isAhead = false;
  }

  get isOpened(): boolean {
    return !this.isAhead;
  }

  /** Once the hash of a loaded frame is known: whether all frames are what the server has. */
  async isSound(): Promise<boolean> {
    if (!this.hashes.length) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.hashes.every(([sha256, expected]) => expected === null || expected === sha256);
  }

  /** Tells of every frame's hash, those known before too; one listener at a time. */
  onHash(listener: HashListener | null): void {
    this.listener = listener;
    for (const known of this.hashes) listener?.(...known);
  }

  /** Nothing of it is fetched or kept any more. */
  drop(): void {
    this.abort.abort();
    this.listener = null;
    removeSource(this.paths.imageId);
  }

  private describe(header: HeaderDocument): void {
    if (this.abort.signal.aborted) return;
    this.progress.set({ total: header.bytes });
    addSource({
      id: this.paths.imageId,
      header,
      start: (frame) => this.start(frame),
      onHash: (frame, sha256, announced) => {
        if (frame === PREVIEW_FRAME) return; // replaced by the frame that counts
        const expected = frame === LINEAR_FRAME ? header.sha256 : announced;
        this.hashes.push([sha256, expected]);
        for (const resolve of this.waiting.splice(0)) resolve();
        this.listener?.(sha256, expected);
      },
    });
  }

  private headers(): Record<string, string> {
    return this.isAhead ? AHEAD : {};
  }

  private pathOf(frame: string): string {
    const { framePath } = this.paths;
    return `${framePath}${framePath.includes('?') ? '&' : '?'}voi=${encodeURIComponent(frame)}`;
  }
}

/** Whether a promise is settled within `ms`. */
export const comesWithin = (ms: number, promise: Promise<unknown>): Promise<boolean> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(false), ms);
    promise.then(
      () => resolve(true),
      () => resolve(true),
    );
  });
