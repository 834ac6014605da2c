import { describe, expect, it } from 'vitest';
import type { Decision, FindingDocument } from '../api/documents';
import { saysPresent } from '../session/panel_state';
import { isDefinite, isTaken, verdictsFor } from './verdicts';

// A positive call below the operating point: the call comes from the conformal thresholds, and it is what a reader judges.
const measured = { value: 0.9, ci: null, n: 90 };
const below = { probability: 0.3, operating_point: { threshold: 0.4, sensitivity: measured, specificity: measured } };
const finding = (decision: FindingDocument['decision']): FindingDocument =>
  ({ ...below, decision, key: 'a', title: 'A', code: { scheme: '', value: '', meaning: '' }, interval: null, reason: null, boxes: [] });

describe('the verdicts offered', () => {
  it('follow the decision, not the operating point', () => {
    expect(verdictsFor(finding('positive'))).toEqual(['agree', 'false_positive', 'wrong_place']);
    expect(verdictsFor(finding('negative'))).toEqual(['agree', 'false_negative']);
  });

  it('leave nothing to agree with where the model is undecided', () => {
    expect(verdictsFor(finding('uncertain'))).toEqual(['present', 'absent']);
    expect(['positive', 'negative', 'uncertain', 'refused'].map((d) => isDefinite(finding(d as Decision)))).toEqual([
      true, true, false, false,
    ]);
  });

  it('speak of a refusal, and of the image all the same', () => {
    expect(verdictsFor(finding('refused'))).toEqual(['refusal_right', 'refusal_wrong', 'present', 'absent']);
  });

  it('are taken again only where the server does: it took agreement with a refusal once', () => {
    const agreed = ['positive', 'negative', 'uncertain', 'refused'].map((d) => isTaken(finding(d as Decision), 'agree'));
    expect(agreed).toEqual([true, true, false, false]);
    expect(isTaken(finding('uncertain'), 'false_positive')).toBe(false);
    expect(isTaken(finding('negative'), 'false_positive')).toBe(true);
    expect(isTaken(finding('refused'), 'cannot_judge')).toBe(true);
  });

  it('take the side of the operating point only where the model is undecided', () => {
    expect(saysPresent(finding('positive'))).toBe(true);
    expect(saysPresent(finding('uncertain'))).toBe(false);
    expect(saysPresent(finding('refused'))).toBe(false);
  });
});
