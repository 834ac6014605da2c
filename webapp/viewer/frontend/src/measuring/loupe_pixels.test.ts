import { describe, expect, it } from 'vitest';
import { imagePoint } from '../geometry/pixels';
import { loupePixels, sampleAt } from './loupe_pixels';

/** Two rows of three pixels. */
const samples = { data: Uint16Array.of(0, 100, 200, 50, 150, 250), columns: 3, rows: 2 };
const bounds = { lower: 0, upper: 255 };
const upright = { a: 1, b: 0, c: 0, d: 1, e: 17, f: 29 };
const greys = (pixels: Uint8ClampedArray): number[] => [...pixels].filter((_, nth) => nth % 4 === 0);

describe('a sample', () => {
  it('is that of the pixel at its centre, and between centres lies between', () => {
    expect(sampleAt(samples, imagePoint(1.5, 0.5))).toBe(100);
    expect(sampleAt(samples, imagePoint(2, 0.5))).toBe(150);
    expect(sampleAt(samples, imagePoint(1.5, 1))).toBe(125);
    expect(sampleAt(samples, imagePoint(0.1, 0.1))).toBe(0);
  });

  it('is none outside of the picture', () => {
    expect([sampleAt(samples, imagePoint(3, 1)), sampleAt(samples, imagePoint(1, -0.1)), sampleAt(samples, imagePoint(1, 2))]).toEqual([null, null, null]);
  });
});

describe('the loupe', () => {
  it('shows the samples about its middle, wherever the view lies', () => {
    expect(greys(loupePixels(2, imagePoint(2, 1), 1, samples, { affine: upright, bounds, isInverted: false }))).toEqual([100, 200, 150, 250]);
  });

  it('magnifies: half a CSS px away is a quarter of a pixel at twice the size', () => {
    expect(greys(loupePixels(2, imagePoint(2, 0.5), 2, samples, { affine: upright, bounds, isInverted: false })).slice(0, 2)).toEqual([125, 175]);
  });

  it('turns and flips as the view does', () => {
    // A quarter turn to the right: x of the image runs down, y to the left.
    const turned = { a: 0, b: 1, c: -1, d: 0, e: 0, f: 0 };
    expect(greys(loupePixels(2, imagePoint(2, 1), 1, samples, { affine: turned, bounds, isInverted: false }))).toEqual([150, 100, 250, 200]);
  });

  it('has the window and the inversion of the view, and black outside of the picture', () => {
    const view = { affine: upright, bounds: { lower: 100, upper: 200 }, isInverted: true };
    expect(greys(loupePixels(2, imagePoint(2, 1), 1, samples, view))).toEqual([255, 0, 128, 0]);
    expect(greys(loupePixels(2, imagePoint(3, 0), 1, samples, view))).toEqual([0, 0, 0, 0]);
  });
});
