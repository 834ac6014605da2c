import { describe, expect, it } from 'vitest';
import type { PixelSize } from '../geometry/pixel_size';
import { doubt, labelsOf, valueWords } from './measurement_words';

const at = (x: number, y: number) => ({ x, y });
const detector: PixelSize = { column: 0.1, row: 0.2, unit: 'mm', kind: 'detector plane' };
const pixels: PixelSize = { column: 1, row: 1, unit: 'px', kind: 'uncalibrated' };
const heart = [at(300, 500), at(800, 500)];
const thorax = [at(50, 600), at(1050, 600)];

describe('a value', () => {
  it.each([
    ['a length with the word of its millimetres', 'length', [at(0, 0), at(30, 40)], '8.5 mm detector plane'],
    ['an angle of the patient', 'angle', [at(100, 0), at(0, 0), at(20, 10)], '45.0°'],
    ['a Cobb angle, the acute one', 'cobb', [at(0, 0), at(50, 0), at(20, 10), at(0, 0)], '45.0°'],
    ['a ratio without unit', 'ratio', [...heart, ...thorax], '0.50'],
  ] as const)('is %s', (_, kind, points, words) => {
    expect(valueWords({ kind, points }, detector)).toBe(words);
  });

  it('counts pixels without calibration', () => {
    expect(valueWords({ kind: 'length', points: [at(0, 0), at(30, 40)] }, pixels)).toBe('50.0 px uncalibrated');
    expect(valueWords({ kind: 'ratio', points: [...heart, ...thorax] }, pixels)).toBe('0.50');
  });

  it('of a point is that of its pixel, which is told from 0', () => {
    const point = { kind: 'point', points: [at(12.7, 3.2)] } as const;
    expect(valueWords(point, detector, ({ x }) => `${Math.floor(x) * 100} HU`)).toBe('1200 HU · x 12, y 3');
    expect(valueWords(point, detector)).toBe('x 12, y 3');
    expect(labelsOf(point, detector)).toEqual([[at(12.7, 3.2), 'x 12, y 3']]);
  });

  it('of a note is its text, of a calibration line what was stated', () => {
    const line = [at(0, 0), at(30, 40)];
    expect(valueWords({ kind: 'note', points: line, text: 'old fracture' }, detector)).toBe('old fracture');
    expect(labelsOf({ kind: 'note', points: line, text: 'old fracture' }, detector)).toEqual([[at(30, 40), 'old fracture']]);
    expect(valueWords({ kind: 'calibration', points: line, mm: 25.4 }, detector)).toBe('25.4 mm, stated');
    expect(valueWords({ kind: 'calibration', points: line }, detector)).toContain('not stated');
  });

  it('is not there while points are missing, and none of lines without length', () => {
    expect(valueWords({ kind: 'ratio', points: heart }, detector)).toBe('');
    expect(valueWords({ kind: 'ratio', points: [...heart, at(5, 5), at(5, 5)] }, detector)).toContain('no ratio');
    expect(valueWords({ kind: 'cobb', points: [...heart, at(5, 5), at(5, 5)] }, detector)).toContain('no angle');
  });
});

it('a heart that is wider than its thorax is doubted', () => {
  expect(doubt({ kind: 'ratio', points: [...thorax, ...heart] }, detector)).toContain('the heart’s line comes first');
  expect(doubt({ kind: 'ratio', points: [...heart, ...thorax] }, detector)).toBeNull();
});

it('both widths of a ratio stand at their lines', () => {
  expect(labelsOf({ kind: 'ratio', points: [...heart, ...thorax] }, detector)).toEqual([
    [at(800, 500), 'heart 50.0 mm detector plane'],
    [at(1050, 600), 'thorax 100.0 mm detector plane · CTR 0.50'],
  ]);
});
