/** The same anatomy in two pictures, whatever their size, place and orientation. */
import { describe, expect, it } from 'vitest';
import { imagePoint } from '../geometry/pixels';
import type { Plate, ThoraxLines } from './thorax_link';
import { coordinates, place, sameLook, samePlace, stored, turned } from './thorax_link';

const LINES: ThoraxLines = { midline: [498, 510], half_right: 300, half_left: 280, apex: 150, right_dome: 760, left_dome: 800 };
const SMALLER: ThoraxLines = { midline: [260, 262], half_right: 140, half_left: 150, apex: 90, right_dome: 400, left_dome: 410 };

const plate = (lines: ThoraxLines | null, columns = 1000, rows = 1200, turn = {}): Plate => ({
  header: {
    rows,
    columns,
    placement: { turn: { transposed: false, flips_columns: false, flips_rows: false, ...turn }, right: 'L', down: 'F', side_not_stated: false },
  },
  lines,
});

const TURNS = [false, true].flatMap((transposed) =>
  [false, true].flatMap((flips_columns) => [false, true].map((flips_rows) => ({ transposed, flips_columns, flips_rows }))),
);

describe('thorax coordinates', () => {
  it.each([
    [[498, 150], [0, 0]],
    [[510, 780], [0, 1]],
    [[210, 760], [-1, 1]],
  ] as const)('of %j are %j', ([x, y], [u, v]) => {
    const found = coordinates(LINES, [x, y]);
    expect(found[0]).toBeCloseTo(u, 1);
    expect(found[1]).toBeCloseTo(v, 2);
  });

  it('and back give the same point', () => {
    for (const u of [-1.2, -0.7, 0, 0.4, 1.1]) {
      for (const v of [-0.1, 0.3, 0.9, 1.2]) {
        const [x, y] = place(LINES, [u, v]);
        const found = coordinates(LINES, [x, y]);
        expect(found[0]).toBeCloseTo(u, 3);
        expect(found[1]).toBeCloseTo(v, 3);
      }
    }
  });
});

describe('a picture as it is stored', () => {
  it.each(TURNS)('and as it is looked at, %j', (turn) => {
    const one = plate(LINES, 1000, 1200, turn);
    const point = imagePoint(123, 456);
    const back = stored(one, turned(one, point));
    expect([back.x, back.y]).toEqual([123, 456]);
  });

  it('has its first pixel at the right where columns run to the right of the patient', () => {
    expect(turned(plate(LINES, 1000, 1200, { flips_columns: true }), imagePoint(0, 10))).toEqual([1000, 10]);
    expect(turned(plate(LINES, 1000, 1200, { transposed: true }), imagePoint(30, 10))).toEqual([10, 30]);
  });
});

describe('the same place', () => {
  it('is that of the same thorax coordinates', () => {
    const [x, y] = place(LINES, [0.5, 0.4]);
    const found = samePlace(plate(LINES), plate(SMALLER, 520, 600), imagePoint(x, y));
    const [wantedX, wantedY] = place(SMALLER, [0.5, 0.4]);
    expect(found.x).toBeCloseTo(wantedX, 1);
    expect(found.y).toBeCloseTo(wantedY, 1);
  });

  it('is found in a picture that is stored mirrored', () => {
    const mirrored = plate(SMALLER, 520, 600, { flips_columns: true });
    const [x, y] = place(LINES, [0.5, 0.4]);
    const found = samePlace(plate(LINES), mirrored, imagePoint(x, y));
    expect(found.x).toBeCloseTo(520 - place(SMALLER, [0.5, 0.4])[0], 1);
  });

  it('goes by the edges where one picture has no frame', () => {
    const found = samePlace(plate(LINES), plate(null, 500, 300), imagePoint(250, 600));
    expect([found.x, found.y]).toEqual([125, 150]);
  });
});

describe('the linked view', () => {
  const AFFINE = { a: 0.5, b: 0, c: 0, d: 0.5, e: 0, f: 0 };
  const at = imagePoint(...(place(LINES, [0.2, 0.5]) as [number, number]));

  it('shows the chest as large as the other does, by the mean of its width and height', () => {
    const look = sameLook(plate(LINES), plate(SMALLER, 520, 600), at, AFFINE, { ...AFFINE, a: 2, d: 2 });
    const wide = (580 * 0.5) / (290 * look.scale);
    const high = ((780 - 150) * 0.5) / ((405 - 90) * look.scale);
    expect(wide * high).toBeCloseTo(1, 6);
  });

  it('keeps the shape of pixels that are not square', () => {
    const look = sameLook(plate(LINES), plate(LINES), at, AFFINE, { ...AFFINE, a: 1, d: 2 });
    expect(look.scale * look.scale * 2).toBeCloseTo(0.25, 9);
  });

  it('returns to where it came from', () => {
    const [one, other] = [plate(LINES), plate(SMALLER, 520, 600)];
    const there = sameLook(one, other, at, AFFINE, AFFINE);
    const back = sameLook(other, one, there.at, { ...AFFINE, a: there.scale, d: there.scale }, AFFINE);
    expect(back.scale).toBeCloseTo(0.5, 9);
    expect(back.at.x).toBeCloseTo(at.x, 2);
    expect(back.at.y).toBeCloseTo(at.y, 2);
  });
});
