import { describe, expect, it } from 'vitest';
import { boxAround, boxCorners, boxWith, centreBox, movedBox, resizedBox } from './pixel_box';
import { imagePoint } from './pixels';

const size = { columns: 200, rows: 100 };

describe('a box of image pixels', () => {
  it('is the same whichever corner the drag started from', () => {
    const expected = { x: 10, y: 20, w: 30, h: 40 };
    expect(boxAround([imagePoint(10, 20), imagePoint(40, 60)], size)).toEqual(expected);
    expect(boxAround([imagePoint(40, 60), imagePoint(10, 20)], size)).toEqual(expected);
  });

  it('is cut to the image', () => {
    expect(boxAround([imagePoint(-5, 90), imagePoint(20, 130)], size)).toEqual({ x: 0, y: 90, w: 20, h: 10 });
  });

  it('is refused when it is a click', () => {
    expect(boxAround([imagePoint(10, 10), imagePoint(11, 30)], size)).toBeNull();
  });

  it('is placed in the centre by the keyboard', () => {
    // 15 % of the shorter side 100 is 15: (200 - 15)/2 = 92.5, (100 - 15)/2 = 42.5.
    expect(centreBox(size)).toEqual({ x: 92.5, y: 42.5, w: 15, h: 15 });
  });

  it('stops at the border when moved', () => {
    expect(movedBox({ x: 5, y: 5, w: 10, h: 10 }, -20, 3, size)).toEqual({ x: 0, y: 8, w: 10, h: 10 });
    expect(movedBox({ x: 5, y: 5, w: 10, h: 10 }, 500, 500, size)).toEqual({ x: 190, y: 90, w: 10, h: 10 });
  });

  it('does not vanish or leave the image when resized', () => {
    expect(resizedBox({ x: 5, y: 5, w: 10, h: 10 }, -50, 500, size)).toEqual({ x: 5, y: 5, w: 2, h: 95 });
  });

  it('lists its four corners', () => {
    expect(boxCorners({ x: 1, y: 2, w: 3, h: 4 })).toEqual([
      [1, 2],
      [4, 2],
      [1, 6],
      [4, 6],
    ]);
  });
});

describe('a box in numbers', () => {
  const box = { x: 10, y: 20, w: 30.04, h: 40 };

  it.each([
    ['x', '12,5', { ...box, x: 12.5 }],
    ['y', ' 60 ', { ...box, y: 60 }],
    ['x', '170.0', { ...box, x: 169.96 }], // shown as the most, with one place
    ['w', '2', { ...box, w: 2 }],
    ['h', '80', { ...box, h: 80 }],
  ] as const)('takes %s = "%s"', (side, typed, expected) => {
    expect(boxWith(box, side, typed, size)).toEqual(expected);
  });

  it.each([
    ['x', '-1', '0.0 to 170.0'],
    ['x', '171', '0.0 to 170.0'],
    ['y', '60.2', '0.0 to 60.0'],
    ['w', '1', '2.0 to 190.0'],
    ['h', '81', '2.0 to 80.0'],
    ['h', '', '2.0 to 80.0'],
    ['w', '1e', '2.0 to 190.0'],
    ['w', 'Infinity', '2.0 to 190.0'],
  ] as const)('refuses %s = "%s" and says what is allowed', (side, typed, allowed) => {
    expect(boxWith(box, side, typed, size)).toBe(`${side} of the box is not changed: “${typed}” is no number from ${allowed}`);
  });
});
