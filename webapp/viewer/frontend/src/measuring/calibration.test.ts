import { describe, expect, it } from 'vitest';
import type { PixelSize } from '../geometry/pixel_size';
import { KIND_BY_READER, calibrated, calibrationLine, statedLength } from './calibration';
import type { Measurement } from './measurement';

const line = (madeAt: number, mm: number | undefined, to = { x: 30, y: 40 }): Measurement => ({
  id: String(madeAt),
  kind: 'calibration',
  madeAt,
  points: [{ x: 0, y: 0 }, to],
  ...(mm === undefined ? {} : { mm }),
});
const pixels: PixelSize = { column: 1, row: 1, unit: 'px', kind: 'uncalibrated' };

describe('the calibration line', () => {
  it('makes millimetres of pixels: 50 px that are 100 mm', () => {
    expect(calibrated(pixels, [line(1, 100)])).toEqual({ column: 2, row: 2, unit: 'mm', kind: KIND_BY_READER });
  });

  it('keeps the shape of a pixel, and replaces the word of the file', () => {
    // 30 by 40 px of 0.1 by 0.2 mm are 3 by 8 mm, 8.544 mm on the detector; stated are 4.272.
    const size = calibrated({ column: 0.1, row: 0.2, unit: 'mm', kind: 'detector plane' }, [line(1, Math.sqrt(73) / 2)]);
    expect([size.column, size.row]).toEqual([expect.closeTo(0.05, 12), expect.closeTo(0.1, 12)]);
    expect(size.kind).toBe(KIND_BY_READER);
  });

  it('counts when its length is stated and it has one; of several the newest', () => {
    expect(calibrated(pixels, [line(1, undefined), line(2, 100, { x: 0, y: 0 })])).toBe(pixels);
    expect(calibrationLine([line(3, 10), line(2, 20), line(4, undefined)])?.id).toBe('3');
  });
});

describe('a stated length', () => {
  it.each([['100', 100], [' 25,4 ', 25.4], ['1', 1], ['1000', 1000]])('%s is %d mm', (text, mm) => expect(statedLength(text)).toBe(mm));

  it.each(['', '0', '-5', '1001', '1e2', '10 mm'])('%s is none', (text) => {
    expect(statedLength(text)).toContain(`1 to 1000 mm, not “${text}”`);
  });
});
