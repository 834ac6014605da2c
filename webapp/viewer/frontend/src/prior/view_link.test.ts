/** Two views: the one that is moved leads, and nothing comes back to it. */
import { describe, expect, it } from 'vitest';
import type { Affine, ImagePoint } from '../geometry/pixels';
import { imagePoint } from '../geometry/pixels';
import { createStore } from '../state/store';
import type { Plate } from './thorax_link';
import { ViewLink } from './view_link';

const PLACEMENT = { turn: { transposed: false, flips_columns: false, flips_rows: false }, right: 'L', down: 'F', side_not_stated: false };
const plate = (side: number): Plate => ({ header: { rows: side, columns: side, placement: PLACEMENT }, lines: null });
const at = (scale: number): Affine => ({ a: scale, b: 0, c: 0, d: scale, e: 0, f: 0 });

/** A view of a square picture that tells whoever listens when it is moved, as it is drawn in the next frame. */
class Fake {
  readonly view = createStore<{ readonly affine: Affine | null }>({ affine: at(1) });
  readonly looks: { at: ImagePoint; scale: number }[] = [];
  centre = imagePoint(0, 0);
  private readonly listeners = new Set<(affine: Affine) => void>();

  middle(): ImagePoint {
    return this.centre;
  }

  lookAt(centre: ImagePoint, scale: number): void {
    this.looks.push({ at: centre, scale });
    this.draw(centre, scale);
  }

  onDraw(listener: (affine: Affine) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  draw(centre: ImagePoint, scale: number): void {
    this.centre = centre;
    for (const listener of this.listeners) listener(at(scale)); // the store follows after
    this.view.set({ affine: at(scale) });
  }
}

function linked() {
  const [present, prior] = [new Fake(), new Fake()];
  const link = new ViewLink({ view: present, plate: plate(100) }, { view: prior, plate: plate(200) });
  return { present, prior, link };
}

describe('two linked views', () => {
  it('show the same place as large, by what is drawn and not by what was drawn before', () => {
    const { present, prior } = linked();
    present.draw(imagePoint(30, 40), 4);
    expect(prior.looks).toEqual([{ at: imagePoint(60, 80), scale: 2 }]);
    expect(present.looks).toEqual([]);
  });

  it('change their lead when the reader takes hold of the other', () => {
    const { present, prior, link } = linked();
    prior.draw(imagePoint(60, 80), 2);
    expect(present.looks).toEqual([]);
    link.lead(true);
    prior.draw(imagePoint(20, 20), 3);
    expect(present.looks).toEqual([{ at: imagePoint(10, 10), scale: 6 }]);
    expect(prior.looks).toEqual([]);
  });

  it('part for good', () => {
    const { present, prior, link } = linked();
    link.close();
    present.draw(imagePoint(30, 40), 4);
    expect(prior.looks).toEqual([]);
  });
});
