/**
 * Cases that are kept beside the one that is shown: the next two, fetched ahead, and the last. A case counts as held when its
 * header is there, and the frame that it opens with is decoded and has the hash that the header names; maps come along where the model may
 * be shown. What the model says is never shown from here: it is asked for when the case is opened.
 */
import type { HeaderDocument, PredictionDocument } from '../api/documents';
import { AHEAD, getJson } from '../api/request';
import type { MapCache } from '../overlay/map_cache';
import { mapPath } from '../overlay/map_cache';
import { createStore } from '../state/store';
import { Film } from '../viewport/film';
import { fullRange } from '../viewport/window_level';
import { shownPrediction } from './predictions_feed';

export interface HeldState {
  /** Ids of the cases that open at once. */
  readonly held: ReadonlySet<string>;
}

export interface HoldOptions {
  readonly maps: Pick<MapCache, 'fetchAhead'>;
  /** Index of the preset that the case will open with. */
  readonly opening: (header: HeaderDocument, image: string) => number;
  /** Whether the model may be fetched ahead: not while the reader does not want to see it. */
  readonly isModelWanted: () => boolean;
}

export class HeldCases {
  readonly state = createStore<HeldState>({ held: new Set() });
  private readonly films = new Map<string, Film>();
  /** Cases whose maps have been asked for. */
  private readonly mapped = new Set<string>();
  /** Grows with every change of what is wanted: an older fetch stops at its next step. */
  private turn = 0;

  constructor(private readonly options: HoldOptions) {}

  /** The film of a case that is opened: the one held or on its way, else one that begins now. */
  film(image: string): Film {
    const film = this.films.get(image) ?? this.begin(image, false);
    film.open();
    return film;
  }

  isHeld(image: string): boolean {
    return this.state.get().held.has(image);
  }

  /** The pixels that a case was opened with are there and right. */
  tellShown(image: string): void {
    if (this.films.has(image)) this.mark(image, true);
  }

  /** A film that failed is no use to the next who asks. */
  forget(image: string): void {
    this.films.get(image)?.drop();
    this.films.delete(image);
    this.mapped.delete(image);
    this.mark(image, false);
  }

  /** Everything else is dropped; what is on its way for it stops. */
  keepOnly(images: readonly string[]): void {
    this.turn += 1;
    for (const image of [...this.films.keys()]) if (!images.includes(image)) this.forget(image);
  }

  /** Fetches cases ahead, nearest first and one after the other. Never rejects: who opens the case is told what is wrong with it. */
  async hold(images: readonly string[]): Promise<void> {
    this.turn += 1;
    const { turn } = this;
    for (const image of images) {
      if (turn !== this.turn) return;
      if (!this.isHeld(image)) await this.fetch(image);
      const isWanted = turn === this.turn && this.isHeld(image) && !this.mapped.has(image);
      if (isWanted && this.options.isModelWanted()) await this.fetchMaps(image);
    }
  }

  private begin(image: string, isAhead: boolean): Film {
    const api = `/api/images/${image}/`;
    const film = new Film({ imageId: image, headerPath: `${api}header/`, framePath: `${api}frame/` }, isAhead);
    this.films.set(image, film);
    return film;
  }

  private async fetch(image: string): Promise<void> {
    const film = this.films.get(image) ?? this.begin(image, true);
    try {
      const header = await film.header;
      const opening = header.presets[this.options.opening(header, image)] ?? fullRange(header);
      await film.load(opening.frame);
      if (!(await film.isSound())) throw new Error('the frame arrived damaged');
      if (this.films.get(image) === film) this.mark(image, true);
    } catch {
      if (this.films.get(image) === film && !film.isOpened) this.forget(image);
    }
  }

  private async fetchMaps(image: string): Promise<void> {
    try {
      const path = `/api/images/${image}/predictions/`;
      const { results } = await getJson<{ results: PredictionDocument[] }>(path, undefined, AHEAD);
      const shown = shownPrediction(results);
      if (shown?.state !== 'succeeded') return;
      this.mapped.add(image);
      for (const map of shown.maps) await this.options.maps.fetchAhead(mapPath(shown.id, map.kind), map);
    } catch {
      // refused, or away: asked again when the case is opened
    }
  }

  private mark(image: string, isHeld: boolean): void {
    if (this.isHeld(image) === isHeld) return;
    const held = new Set(this.state.get().held);
    if (isHeld) held.add(image);
    else held.delete(image);
    this.state.set({ held });
  }
}
