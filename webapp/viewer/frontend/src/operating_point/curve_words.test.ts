import { describe, expect, it } from 'vitest';
import type { CurvePointDocument, OperatingCurve, WhatIf } from '../api/schema';
import {
  benefitText,
  bestWay,
  costSentence,
  flagsText,
  frequencySentence,
  isFew,
  npvText,
  placeText,
  ppvText,
  sideSentence,
} from './curve_words';

const at: WhatIf = {
  of: 100,
  with_finding: 6,
  flagged: 12,
  rightly: 5,
  missed: 1,
  fewer_than_one: [],
  flagged_share: 0.12,
  ppv: 0.417,
  ppv_between: [0.3, 0.55],
  npv: 0.998,
  npv_between: null,
  flags_a_day: 4.8,
  net_benefit: null,
};
const share = (value: number, n: number) => ({ value, ci: [value - 0.05, value + 0.05], n, method: 'wilson' }) as never;
const point: CurvePointDocument = { threshold: 0.35, sensitivity: share(0.89, 91), specificity: share(0.9, 209), what_if: null };
const curve = { probability: 0.61 } as OperatingCurve;

describe('the words of a what-if', () => {
  it('speak of whole images', () => {
    expect(frequencySentence(at)).toBe('Of 100 such images 12 are flagged, 5 of them rightly; 1 with the finding is not flagged.');
    expect(frequencySentence({ ...at, of: 10_000, flagged: 1, rightly: 1, missed: 0 })).toBe(
      'Of 10,000 such images 1 is flagged, 1 of them rightly; 0 with the finding are not flagged.',
    );
    expect(frequencySentence({ ...at, of: 10_000, flagged: 5581 })).toContain(' 5,581 are flagged');
    expect(frequencySentence({ ...at, flagged: 0, rightly: 0, missed: 6 })).toBe(
      'Of 100 such images none is flagged; 6 with the finding are not flagged.',
    );
    const rare: WhatIf = { ...at, of: 100_000, flagged: 0, rightly: 0, missed: 0, fewer_than_one: ['rightly', 'missed'] };
    expect(frequencySentence(rare)).toBe(
      'Of 100,000 such images fewer than 1 are flagged, fewer than 1 of them rightly; fewer than 1 with the finding are not flagged.',
    );
  });

  it('say where a share is of nothing', () => {
    expect([ppvText(at), npvText(at)]).toEqual(['.42 (between .30 and .55)', '>.99']);
    expect(ppvText({ ...at, ppv: null })).toBe('nothing is flagged: there is no such share');
    expect(npvText({ ...at, npv: null })).toBe('everything is flagged: there is no such share');
  });

  it('write flags a day and net benefit', () => {
    expect([flagsText(4.84, 40), flagsText(0, 1), flagsText(1234.4, null)]).toEqual(['4.8 of 40 images', '0.0 of 1 image', '1,234']);
    expect([benefitText(0.0312), benefitText(-0.5), benefitText(-1.25), benefitText(0)]).toEqual(['.031', '−.500', '−1.250', '.000']);
  });

  it('say what a flag in vain costs', () => {
    expect(costSentence(0.1905)).toBe('A threshold says what a flag in vain costs: here .19 of a finding found.');
    expect(costSentence(4)).toContain('here 4 of');
  });

  it('name the best way, and say where two are alike', () => {
    const benefit = { model: 0.03, read_all: -0.2, read_none: 0, cost_of_flag: 0.5 };
    expect(bestWay(benefit)).toBe('best here: the model');
    expect(bestWay({ ...benefit, model: -0.01 })).toBe('best here: reading none');
    expect(bestWay({ ...benefit, read_all: 0.0301 })).toBe('no difference between the model and reading all');
  });

  it('tell the side of the number and no other word', () => {
    expect(sideSentence(curve, point)).toBe("This image's number, .61, would be at or above it.");
    expect(sideSentence(curve, { ...point, threshold: 0.7 })).toBe("This image's number, .61, would be below it.");
    expect(sideSentence({ ...curve, probability: null }, point)).toBe('');
    expect(placeText(point)).toBe('threshold .35: sensitivity .89, specificity .90');
  });

  it('call a point of fewer than 20 cases few', () => {
    expect([isFew(point), isFew({ ...point, sensitivity: share(0.8, 19) }), isFew({ ...point, specificity: share(0.8, 20) })]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
