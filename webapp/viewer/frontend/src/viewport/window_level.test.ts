import { describe, expect, it } from 'vitest';
import type { HeaderDocument } from '../api/documents';
import { centreAndWidth, draggedBounds, linearBounds, windowNumber } from './window_level';

const preset = (frame: string, lower: number, upper: number) => ({ key: 1, name: 'p', lower, upper, frame });

describe('the window', () => {
  it('widens around its centre when dragged right', () => {
    // 100 px of 1000 at gain 1.5: 15 % of the width 1000 = 150.
    expect(draggedBounds({ lower: 0, upper: 1000 }, 100, 0, 1000)).toEqual({ lower: -75, upper: 1075 });
  });

  it('follows a drag faster or slower as the person wants it', () => {
    expect(draggedBounds({ lower: 0, upper: 1000 }, 100, 0, 1000, 2)).toEqual({ lower: -150, upper: 1150 });
    expect(draggedBounds({ lower: 0, upper: 1000 }, 0, 100, 1000, 0.5)).toEqual({ lower: 75, upper: 1075 });
  });

  it('moves up when dragged down, so that the picture darkens', () => {
    expect(draggedBounds({ lower: 0, upper: 1000 }, 0, 100, 1000)).toEqual({ lower: 150, upper: 1150 });
  });

  it('never becomes narrower than one sample', () => {
    const narrow = draggedBounds({ lower: 10, upper: 12 }, -100000, 0, 1000);
    expect(narrow.upper - narrow.lower).toBe(1);
  });

  it('shows the centre and width that the file had', () => {
    // C 2048, W 4096, LINEAR: c - .5 -/+ (w - 1)/2 = 0 and 4095.
    expect(centreAndWidth({ lower: 0, upper: 4095 }, { slope: 1, intercept: 0, unit: '' })).toEqual({
      centre: 2048,
      width: 4096,
    });
  });

  it('shows values, not samples, for an inverted image', () => {
    // value = 4095 - sample: samples 1000..2999 are values 3095..1096.
    expect(centreAndWidth({ lower: 1000, upper: 2999 }, { slope: -1, intercept: 4095, unit: '' })).toEqual({
      centre: 2096,
      width: 2000,
    });
  });

  it('leaves a lookup table at the bounds the server names', () => {
    const header = {
      voi: [{ frame: '0', linear_lower: 100, linear_upper: 900 }],
      presets: [preset('0', 0, 65535), preset('linear', 5, 50)],
    } as unknown as HeaderDocument;
    expect(linearBounds(preset('0', 0, 65535), header)).toEqual({ lower: 100, upper: 900 });
    expect(linearBounds(preset('1', 0, 65535), header)).toEqual({ lower: 5, upper: 50 });
  });

  it.each([
    [2047.5, '2048'],
    [3.14159, '3.14'],
    [0, '0'],
    [-12.4, '-12'],
  ])('writes %d as %s', (value, text) => {
    expect(windowNumber(value)).toBe(text);
  });
});
