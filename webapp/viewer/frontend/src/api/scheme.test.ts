import { describe, expect, it } from 'vitest';
import { ordered, readScheme } from './scheme';

const choices = ['A', 'B', 'C', 'D'].map((code) => ({ code, title: code.toLowerCase() }));

describe('the failure scheme', () => {
  it('offers proposed choices first, each once', () => {
    const { first, rest } = ordered(choices, ['C', 'C', 'gone'], 2);
    expect(first.map((c) => c.code)).toEqual(['C', 'A']);
    expect(rest.map((c) => c.code)).toEqual(['B', 'D']);
  });

  it('is read with its first rows by verdict', () => {
    const scheme = readScheme({
      version: 1,
      sites: [{ code: 'HIL', title: 'hilum' }],
      causes: [{ code: 'NRM', title: 'normal' }],
      severities: [{ value: 0, title: 'none' }],
      lateralities: [],
      outcomes: [],
      verdicts: [],
      confidences: [],
      retired: {},
      terms_version: 1,
      terms: [{ code: 'mass', title: 'Mass', keys: ['lung_mass'], scheme: null, value: null, needs_note: false }],
      first_rows: [{ verdict: 'wrong_place', outcome: 'FN_LOC', site: 'HIL', cause: 'NRM' }],
    });
    expect(scheme.severities).toEqual([{ code: '0', title: 'none' }]);
    expect(scheme.terms).toEqual([{ code: 'mass', title: 'Mass', keys: ['lung_mass'], scheme: null, value: null, needsNote: false }]);
    expect(scheme.suggestions).toMatchObject([{ verdict: 'wrong_place', site: 'HIL', cause: 'NRM' }]);
  });
});
