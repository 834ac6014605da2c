import { describe, expect, it } from 'vitest';
import { canvasPoint } from '../geometry/pixels';
import { isFitted } from './camera';

const picture = (left: number, top: number, right: number, bottom: number) =>
  [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ].map(([x = 0, y = 0]) => canvasPoint(x, y));

describe('a picture in a canvas of 800 by 600', () => {
  it.each([
    ['fills the height and is centred', picture(150, 0, 650, 600), true],
    ['fills the width and is centred', picture(0, 100, 800, 500), true],
    ['fills both', picture(0, 0, 800, 600), true],
    ['is zoomed', picture(100, -60, 700, 660), false],
    ['was moved', picture(170, 0, 670, 600), false],
    ['was made smaller', picture(200, 60, 600, 540), false],
    ['fills the width and stands over above and below', picture(0, -100, 800, 700), false],
  ])('that %s', (_what, corners, expected) => {
    expect(isFitted(corners, 800, 600)).toBe(expected);
  });
});
