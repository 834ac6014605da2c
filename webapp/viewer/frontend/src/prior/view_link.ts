/** Two views that move together: the one that the reader moves leads, the other shows the same part of the chest as large. */
import type { Affine, ImagePoint } from '../geometry/pixels';
import type { Store } from '../state/store';
import type { Plate } from './thorax_link';
import { sameLook } from './thorax_link';

/** What is needed of a view's controller. */
export interface LinkedView {
  readonly view: Store<{ readonly affine: Affine | null }>;
  middle(): ImagePoint;
  lookAt(at: ImagePoint, scale: number): void;
  /** Tells the view as it is drawn; the store follows after. */
  onDraw(listener: (affine: Affine) => void): () => void;
}

export interface End {
  readonly view: LinkedView;
  readonly plate: Plate;
}

export class ViewLink {
  private leader: End;
  private readonly stops: (() => void)[];

  /** The view of `present` leads first. */
  constructor(
    private readonly present: End,
    private readonly prior: End,
  ) {
    this.leader = present;
    this.stops = [present, prior].map((end) => end.view.onDraw((affine) => this.leader === end && this.follow(affine)));
  }

  /** From now on this one leads: the reader has a hand on it. */
  lead(isPrior: boolean): void {
    this.leader = isPrior ? this.prior : this.present;
  }

  close(): void {
    for (const stop of this.stops.splice(0)) stop();
  }

  private follow(affine: Affine): void {
    const led = this.leader === this.prior ? this.present : this.prior;
    const theirs = led.view.view.get().affine; // only the shape of its pixels is needed, which stays
    if (!theirs) return;
    const look = sameLook(this.leader.plate, led.plate, this.leader.view.middle(), affine, theirs);
    if (Number.isFinite(look.scale) && look.scale > 0) led.view.lookAt(look.at, look.scale);
  }
}
