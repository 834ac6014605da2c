import { describe, expect, it } from 'vitest';
import { pixelSize, unitWords } from './pixel_size';

const uncalibrated = { column_mm: null, row_mm: null, kind: 'uncalibrated', source: null, factor: 1, aspect: null };

describe('the size of a pixel', () => {
  it('is the spacing of the file, with its word', () => {
    const size = pixelSize({ ...uncalibrated, column_mm: 0.1, row_mm: 0.2, kind: 'detector plane' });
    expect(size).toEqual({ column: 0.1, row: 0.2, unit: 'mm', kind: 'detector plane' });
    expect(unitWords(size)).toBe('mm detector plane');
  });

  it('counts columns without calibration, and is as high as the aspect ratio says', () => {
    expect(pixelSize({ ...uncalibrated, aspect: [3, 2] })).toEqual({ column: 1, row: 1.5, unit: 'px', kind: 'uncalibrated' });
    expect(unitWords(pixelSize(uncalibrated))).toBe('px uncalibrated');
  });
});
