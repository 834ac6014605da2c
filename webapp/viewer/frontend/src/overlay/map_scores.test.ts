import { describe, expect, it } from 'vitest';
import type { MapDocument } from '../api/documents';
import { scaleOf, splitMaps, thresholdScore } from './map_scores';

const description = {
  kind: 'gradcam',
  findings: ['a', 'b'],
  width: 2,
  height: 1,
  scale: 'relative',
  maximum: [4, 0],
  threshold: [0.5, 0.5],
  is_zero: [false, true],
} as unknown as MapDocument;

describe('maps of a prediction', () => {
  it('are split in the order of the findings', () => {
    const maps = splitMaps(Float32Array.of(1, 2, 3, 4).buffer, description);
    expect([...(maps.get('b')?.scores ?? [])]).toEqual([3, 4]);
  });

  it('of several rows follow each other whole', () => {
    const tall = { ...description, width: 2, height: 3 };
    const maps = splitMaps(Float32Array.from({ length: 12 }, (_, n) => n + 1).buffer, tall);
    expect([...(maps.get('a')?.scores ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(maps.get('b')?.scores ?? [])]).toEqual([7, 8, 9, 10, 11, 12]);
  });

  it('keep only what speaks for the finding', () => {
    const maps = splitMaps(Float32Array.of(-1, 2, 3, -4).buffer, description);
    expect([...(maps.get('a')?.scores ?? [])]).toEqual([0, 2]);
    expect([...(maps.get('b')?.scores ?? [])]).toEqual([3, 0]);
  });

  it('are refused when bytes are missing', () => {
    expect(() => splitMaps(new ArrayBuffer(12), description)).toThrow(
      'map gradcam has 12 bytes, its description says 16',
    );
  });

  it('take a relative threshold as a share of their own maximum', () => {
    expect(scaleOf(description, 'a')).toEqual({ maximum: 4, isZero: false, threshold: 0.5 });
    expect(thresholdScore(0.5, 4)).toBe(2);
  });

  it('take an absolute threshold in the unit of the scores', () => {
    expect(scaleOf({ ...description, scale: 'absolute', threshold: [1, 1] }, 'a').threshold).toBe(0.25);
  });

  it('without positive evidence are zero, and zero is never coloured', () => {
    expect(scaleOf(description, 'b').isZero).toBe(true);
    expect(thresholdScore(0, 4)).toBeGreaterThan(0);
  });
});
