import { describe, expect, it } from 'vitest';
import type { ProbeNumber } from '../api/schema';
import { isAtOdds, moved, numberWords, shareWords } from './probe_words';

const number = (probability: number | null, decision: ProbeNumber['decision'] = 'positive'): ProbeNumber => ({
  probability,
  interval: null,
  decision,
  reason: null,
});
const filled = (...values: (number | null)[]) =>
  values.map((value, nth) => ({ ...number(value), filling: nth ? ('mean' as const) : ('surroundings' as const) }));

describe('what moved', () => {
  it('names the call where it changed, and a refusal in place of a number', () => {
    expect(numberWords(number(0.81), number(0.29, 'uncertain'))).toBe('.29, uncertain');
    expect(numberWords(number(0.81), number(0.79))).toBe('.79');
    expect(numberWords(number(0.81), number(null, 'refused'))).toBe('refused');
    expect(moved(number(0.8), number(0.3))).toBeCloseTo(-0.5);
    expect(moved(number(0.8), number(null))).toBeNull();
  });

  it('says that the fillings disagree where one moves the number and the other does not', () => {
    expect(isAtOdds(number(0.8), filled(0.2, 0.3))).toBe(false);
    expect(isAtOdds(number(0.8), filled(0.2, 0.78))).toBe(true);
    expect(isAtOdds(number(0.5), filled(0.3, 0.7))).toBe(true);
    expect(isAtOdds(number(0.47), filled(0.4, 0.34))).toBe(false);
    expect(isAtOdds(number(0.5), filled(0.45, null))).toBe(true);
    expect(isAtOdds(number(0.5), filled(null, null))).toBe(false);
  });

  it('writes small shares as small', () => {
    expect([shareWords(0.004), shareWords(0.17)]).toEqual(['<1 %', '17 %']);
  });
});
