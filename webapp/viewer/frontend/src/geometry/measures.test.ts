import { describe, expect, it } from 'vitest';
import type { Line } from './measures';
import { angleAt, cardiothoracicRatio, cobbAngle, distanceFrom, lengthOf } from './measures';

const at = (x: number, y: number) => ({ x, y });
const square = { column: 1, row: 1 };
/** 0.2 mm down, 0.1 mm across. */
const tall = { column: 0.1, row: 0.2 };

describe('a length', () => {
  it.each([
    ['along the rows', [at(10, 5), at(110, 5)], 10],
    ['along the columns', [at(10, 5), at(10, 105)], 20],
    ['across both: 30 by 40 px are 3 by 8 mm', [at(0, 0), at(30, 40)], Math.sqrt(9 + 64)],
    ['whichever way it was drawn', [at(30, 40), at(0, 0)], Math.sqrt(73)],
  ] as [string, Line, number][])('is right %s', (_, line, expected) => {
    expect(lengthOf(line, tall)).toBeCloseTo(expected, 12);
  });
});

describe('an angle', () => {
  it('is that of the patient, not of the pixels', () => {
    // 20 px across and 10 px down are 2 by 2 mm: 45 degrees; in pixels it would be 26.6.
    expect(angleAt(at(100, 0), at(0, 0), at(20, 10), tall)).toBeCloseTo(45, 12);
    expect(angleAt(at(100, 0), at(0, 0), at(20, 10), square)).toBeCloseTo(26.565, 3);
  });

  it('reaches from 0 to 180 degrees, and is the same from both legs', () => {
    expect(angleAt(at(-5, 0), at(0, 0), at(7, 0), tall)).toBeCloseTo(180, 12);
    expect(angleAt(at(5, 0), at(0, 0), at(7, 0), tall)).toBeCloseTo(0, 12);
    expect(angleAt(at(0, -3), at(0, 0), at(-4, 0), tall)).toBeCloseTo(90, 12);
  });

  it('is none where a leg has no length', () => {
    expect(angleAt(at(0, 0), at(0, 0), at(7, 0), square)).toBeNull();
  });
});

describe('the Cobb angle', () => {
  const endplate: Line = [at(0, 0), at(100, 0)];

  it('is the acute one, whichever way the lines were drawn', () => {
    const tilted: Line = [at(0, 50), at(100 * Math.cos(0.5), 50 + 100 * Math.sin(0.5))]; // 0.5 rad = 28.648 degrees
    expect(cobbAngle(endplate, tilted, square)).toBeCloseTo(28.648, 3);
    expect(cobbAngle(endplate, [tilted[1], tilted[0]], square)).toBeCloseTo(28.648, 3);
  });

  it('is that of the patient under anisotropic spacing', () => {
    expect(cobbAngle(endplate, [at(0, 50), at(20, 60)], tall)).toBeCloseTo(45, 12);
  });

  it('is none where a line has no length', () => {
    expect(cobbAngle(endplate, [at(3, 3), at(3, 3)], square)).toBeNull();
  });
});

describe('the cardiothoracic ratio', () => {
  it('is heart over thorax, and knows the shape of a pixel', () => {
    expect(cardiothoracicRatio([at(40, 9), at(90, 9)], [at(0, 9), at(100, 9)], square)).toBeCloseTo(0.5, 12);
    // 30 by 40 px are 3 by 8 mm; the thorax is 100 px across, 10 mm.
    expect(cardiothoracicRatio([at(0, 0), at(30, 40)], [at(0, 0), at(100, 0)], tall)).toBeCloseTo(Math.sqrt(73) / 10, 12);
  });

  it('is none of a thorax without width', () => {
    expect(cardiothoracicRatio([at(40, 9), at(90, 9)], [at(1, 1), at(1, 1)], square)).toBeNull();
  });
});

it('a point is as far from a line as from the nearest part of it', () => {
  const line: Line = [at(0, 0), at(10, 0)];
  expect([at(5, 3), at(-3, 4), at(13, -4), at(10, 0)].map((point) => distanceFrom(point, line))).toEqual([3, 5, 5, 0]);
  expect(distanceFrom(at(3, 4), [at(0, 0), at(0, 0)])).toBe(5);
});
