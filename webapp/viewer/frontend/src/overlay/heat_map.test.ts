import { describe, expect, it } from 'vitest';
import { COLOUR_MAPS, colourTable, cssGradient } from './colour_map';
import { LOWEST_ALPHA, colourise, interpolate, textureSize } from './heat_map';

const twoCells = { scores: Float32Array.of(0, 1), width: 2, height: 1 };

describe('a heat map', () => {
  it('interpolates between cell centres and repeats the border outside them', () => {
    // 8 samples over 2 cells: positions (s + 0.5)/4 - 0.5 = -.375, -.125, .125, .375, .625, .875, 1.125, 1.375.
    const fine = interpolate(twoCells, 8, 1);
    expect([...fine.scores]).toEqual([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1]);
  });

  it('interpolates in both directions', () => {
    // Corners 0, 2, 4, 10 on a 2 x 2 map; 2 samples per cell put the inner samples at weights .25 and .75:
    // rows 0 + .25*4 = 1 and 2 + .25*8 = 4 at v = .25, then 1*.75 + 4*.25 = 1.75.
    const fine = interpolate({ scores: Float32Array.of(0, 2, 4, 10), width: 2, height: 2 }, 4, 4);
    expect(fine.scores[1 * 4 + 1]).toBeCloseTo(1.75, 6);
    expect(fine.scores[0]).toBe(0);
    expect(fine.scores[15]).toBe(10);
  });

  it('leaves a map as it is at its own size', () => {
    expect([...interpolate(twoCells, 2, 1).scores]).toEqual([0, 1]);
  });

  it('thresholds the interpolated scores, not the cells', () => {
    const fine = interpolate(twoCells, 8, 1);
    const rgba = colourise(fine, { low: 0, high: 1, threshold: 0.5, colours: colourTable('cividis') });
    expect([...rgba].filter((_, k) => k % 4 === 3)).toEqual([0, 0, 0, 0, 111, 207, 255, 255]);
  });

  it('shows a score equal to the threshold, as the boxes do', () => {
    const map = { scores: Float32Array.of(0.25, 0.5), width: 2, height: 1 };
    const rgba = colourise(map, { low: 0, high: 1, threshold: 0.5, colours: colourTable('cividis') });
    expect([rgba[3], rgba[7]]).toEqual([0, LOWEST_ALPHA + 1]); // of the nearest of 256 colours
  });

  it('rises from the threshold to the highest score, so that no step is drawn that the scores do not make', () => {
    const scores = Float32Array.from({ length: 101 }, (_, n) => n / 100);
    const rgba = colourise({ scores, width: 101, height: 1 }, { low: 0, high: 1, threshold: 0.3, colours: colourTable('cividis') });
    const alphas = [...rgba].filter((_, k) => k % 4 === 3);
    expect(alphas.slice(0, 30).every((alpha) => alpha === 0)).toBe(true);
    expect(alphas[30]! - LOWEST_ALPHA).toBeLessThanOrEqual(1);
    expect(alphas[100]).toBe(255);
    const steps = alphas.slice(31).map((alpha, n) => alpha - alphas[30 + n]!);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...steps)).toBeLessThanOrEqual(4);
  });

  it('gives the highest score the last colour and clamps above it', () => {
    const colours = colourTable('viridis');
    const rgba = colourise(
      { scores: Float32Array.of(1, 7), width: 2, height: 1 },
      { low: 0, high: 1, threshold: 0, colours },
    );
    expect([...rgba]).toEqual([253, 231, 37, 255, 253, 231, 37, 255]);
  });

  it('keeps the shape of its region', () => {
    expect(textureSize(3000, 2000, 768)).toEqual([768, 512]);
  });
});

describe('colour maps', () => {
  it.each(COLOUR_MAPS)('%s grows steadily lighter, so that more evidence never looks like less', (name) => {
    const t = colourTable(name);
    const luminance = Array.from(
      { length: 256 },
      (_, i) => 0.2126 * t[3 * i]! + 0.7152 * t[3 * i + 1]! + 0.0722 * t[3 * i + 2]!,
    );
    for (let i = 8; i < 256; i += 8) expect(luminance[i]!).toBeGreaterThan(luminance[i - 8]!);
  });

  it('take cividis as published, entries 0, 64, 128, 192 and 255', () => {
    // The same entries as tests/inference/test_colour_map.py asks of Python: one file holds them.
    const t = colourTable('cividis');
    const entries = [0, 64, 128, 192, 255].map((i) => [...t.subarray(3 * i, 3 * i + 3)]);
    expect(entries).toEqual([[0, 34, 78], [67, 78, 108], [125, 124, 120], [188, 174, 108], [254, 232, 56]]);
  });

  it('give the legend the same two ends', () => {
    expect(cssGradient('cividis')).toMatch(/^linear-gradient\(90deg, rgb\(0 34 78\).*rgb\(254 232 56\)\)$/);
  });
});
