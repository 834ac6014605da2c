import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FindingDocument, MapDocument } from '../api/documents';
import { agreementSentence, evidenceOf, evidenceSentence, findingSentence, fraction } from './wording';

const finding = (change: Partial<FindingDocument>): FindingDocument => ({
  key: 'lung_opacity',
  title: 'Lung opacity',
  code: { scheme: 'SCT', value: '128309003', meaning: 'Opacity' },
  probability: 0.81,
  interval: [0.7, 0.88],
  operating_point: { threshold: 0.42, sensitivity: { value: 0.86, ci: null, n: 80 }, specificity: { value: 0.81, ci: null, n: 90 } },
  decision: 'positive',
  reason: null,
  boxes: [],
  ...change,
});

describe('the words of a finding', () => {
  it.each([
    [0.814, '.81'],
    [1, '1.00'],
    [0, '.00'],
    [-0.5, '-.50'],
  ])('writes %d as %s', (value, text) => {
    expect(fraction(value)).toBe(text);
  });

  it('write a number as the server does', () => {
    const table = new URL('../../../../../tests/inference/probability_texts.json', import.meta.url);
    const rows = JSON.parse(readFileSync(table, 'utf8')) as [number, string][];
    expect(rows.map(([value]) => [value, fraction(value)])).toEqual(rows);
  });

  it('say which side of the operating point, and how good that point is', () => {
    expect(findingSentence(finding({}))).toBe('positive, above operating point .42 · sens .86 (n 80) · spec .81 (n 90)');
    expect(findingSentence(finding({ decision: 'negative', probability: 0.1 }))).toMatch(/^negative, below operating point \.42/);
  });

  it('name the point of the project where it is not the model’s own', () => {
    const own = finding({}).operating_point;
    expect(findingSentence(finding({ operating_point: { ...own, project_version: 3 } }))).toMatch(
      /^positive, above operating point \.42 of the project \(version 3\) · sens/,
    );
  });

  it('say with every share its interval and the number of cases, and where they are few', () => {
    const sensitivity = { value: 0.7778, ci: [0.4526, 0.9368] as [number, number], n: 9 };
    const specificity = { value: 0.6392, ci: [0.54, 0.7277] as [number, number], n: 20 };
    const point = { threshold: 0.09, sensitivity, specificity };
    expect(findingSentence(finding({ operating_point: point }))).toBe(
      'positive, above operating point .09 · sens .78 (.45 to .94, few: n 9) · spec .64 (.54 to .73, n 20)',
    );
  });

  it('give the reason in place of a score', () => {
    expect(findingSentence(finding({ decision: 'refused', probability: null, reason: 'lateral view' }))).toBe(
      'lateral view',
    );
    expect(findingSentence(finding({ decision: 'uncertain' }))).toBe('both answers stay possible');
  });
});

describe('the evidence of a map', () => {
  const pointing = { metric: 'pointing', value: 0.61, n: 80, chance: 0.12 };
  const described = (evidence: MapDocument['evidence']): MapDocument =>
    ({ findings: ['a', 'b'], evidence }) as unknown as MapDocument;

  it('is found in the place of its finding', () => {
    expect(evidenceOf(described([null, pointing]), 'b')).toBe(pointing);
    expect(evidenceOf(described([null, pointing]), 'a')).toBeNull();
    expect(evidenceOf(described([pointing, null]), 'c')).toBeNull();
  });

  it('is a sentence with its number and chance, or says that nothing was measured', () => {
    expect(evidenceSentence(pointing)).toBe('hits the lesion in 61 % (n = 80), by chance 12 %');
    expect(evidenceSentence({ ...pointing, data: 'phantoms' })).toBe('hits the lesion in 61 % (n = 80; phantoms), by chance 12 %');
    expect(evidenceSentence(null)).toBe('accuracy of place not measured');
  });
});

describe('the agreement of two maps', () => {
  const measured = {
    of: 'gradcam' as const,
    beside: 'classmaps' as const,
    agree: { value: 0.82, ci: [0.691, 0.903] as [number, number], n: 50 },
    differ: { value: 0.3, ci: null, n: 12 },
    data: 'phantoms',
  };

  it.each([
    [true, 'point to one place here'],
    [false, 'point to different places here'],
  ])('is told (%s) with what it was measured to be worth, and on what', (agrees, here) => {
    expect(agreementSentence({ ...measured, agrees }, (kind) => kind)).toBe(
      `gradcam and classmaps ${here}, at the model’s own thresholds. Measured on phantoms, with the finding there: where they did, gradcam hit the lesion in 82 % (n = 50, 69–90 %); where they did not, in 30 % (n = 12)`,
    );
  });
});
