import { describe, expect, it } from 'vitest';
import { placedOrientation, sideMarks } from './placement';

const turn = { transposed: false, flips_columns: false, flips_rows: false };
const placed = (right: string, down: string) => ({ turn, right, down, side_not_stated: false });
const view = (a: number, b: number, c: number, d: number) => ({ a, b, c, d, e: 0, f: 0 });

describe('letters at the sides of the screen', () => {
  it('are those of the file while the view is not turned', () => {
    expect(sideMarks(placed('L', 'F'), view(2, 0, 0, 2))).toEqual({ left: 'R', right: 'L', top: 'H', bottom: 'F' });
  });
  it('follow a mirrored view and a quarter turn', () => {
    expect(sideMarks(placed('R', 'F'), view(-1, 0, 0, 1))).toMatchObject({ right: 'L', bottom: 'F' });
    // A quarter turn to the right: columns run down, rows run to the left.
    expect(sideMarks(placed('L', 'F'), view(0, 1, -1, 0))).toEqual({ left: 'F', right: 'H', top: 'R', bottom: 'L' });
  });
  it('keep every letter of an oblique direction', () => {
    expect(sideMarks(placed('LA', 'F'), view(1, 0, 0, 1))).toMatchObject({ left: 'RP', right: 'LA' });
  });
  it('are absent where the file does not say', () => {
    expect(sideMarks(placed('', ''), view(1, 0, 0, 1))).toBeNull();
  });
});

describe('the view that a picture opens with', () => {
  it('is that of the stored pixels without a turn', () => {
    expect(placedOrientation(placed('L', 'F'))).toEqual({ rotation: 0, flipHorizontal: false, flipVertical: false });
  });
  it('differs for every turn', () => {
    const flags = [false, true];
    const all = flags.flatMap((transposed) =>
      flags.flatMap((columns) =>
        flags.map((rows) =>
          JSON.stringify(
            placedOrientation({ ...placed('L', 'F'), turn: { transposed, flips_columns: columns, flips_rows: rows } }),
          ),
        ),
      ),
    );
    expect(new Set(all).size).toBe(8);
  });
});
