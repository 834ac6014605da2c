import { describe, expect, it } from 'vitest';
import { roundLength, scaleBar } from './scale_bar';

describe('the scale bar', () => {
  it.each([
    [1, 1],
    [1.9, 1],
    [2, 2],
    [4.99, 2],
    [50, 50],
    [99, 50],
    [0.07, 0.05],
  ])('rounds %d down to %d', (limit, expected) => {
    expect(roundLength(limit)).toBeCloseTo(expected, 12);
  });

  it('shows millimetres with the calibration word', () => {
    // 0.4 CSS px per pixel of 0.2 mm = 2 CSS px per mm; 120 px hold 60 mm, so 50 mm = 100 px.
    expect(scaleBar(0.4, { column: 0.2, row: 0.3, unit: 'mm', kind: 'detector plane' }, 120)).toEqual({ lengthCss: 100, label: '50 mm detector plane' });
  });

  it('counts pixels without calibration', () => {
    expect(scaleBar(0.4, { column: 1, row: 2, unit: 'px', kind: 'uncalibrated' }, 120)).toEqual({ lengthCss: 80, label: '200 px uncalibrated' });
  });
});
