import { describe, expect, it } from 'vitest';
import type { Scheme } from '../api/scheme';
import type { Verdict } from '../api/documents';
import { emptyForm } from './failure_form';
import { changeIn, rowsOf } from './form_rows';

const choices = (codes: string) => codes.split(' ').map((code) => ({ code, title: code.toLowerCase() }));
const SCHEME: Scheme = {
  version: '1',
  sites: choices('HIL CLA APX UZ MZ LZ CPA CAR MED'),
  lateralities: choices('R L B M U'),
  causes: choices('NRM OVL'),
  severities: choices('0 1 2 3'),
  terms: choices('nodule other').map((term) => ({ ...term, keys: [], scheme: null, value: null, needsNote: false })),
  suggestions: [{ verdict: 'false_positive', site: 'CLA', cause: 'OVL' }],
};
const CODE = { scheme: 'sightline', value: 'mass', meaning: 'Mass' };
const rows = (verdict: Verdict, more: object = {}) => rowsOf({ ...emptyForm('b', 'mass', verdict), ...more }, SCHEME, []);
const names = (verdict: Verdict) => rows(verdict).map((row) => row.name);

describe('the rows of a form', () => {
  it('are the questions of its outcome', () => {
    expect(names('false_positive')).toEqual(['site', 'laterality', 'cause', 'severity', 'confidence']);
    expect(names('present')).toEqual(['confidence']);
    expect(names('missed_other')).toEqual(['term', 'confidence']);
    expect(rows('false_negative')[0]?.question).toBe('Where is it?');
  });

  it('begin with the outcome where a yes of the model can be wrong in two ways', () => {
    const of = (decision: 'positive' | 'negative', verdict: Verdict) =>
      rowsOf(emptyForm('b', 'mass', verdict), SCHEME, [{ key: 'mass', code: CODE, decision }])[0];
    expect(of('positive', 'wrong_place')).toMatchObject({ name: 'verdict', value: 'wrong_place' });
    expect(of('positive', 'wrong_place')?.first.map(({ code }) => code)).toEqual(['false_positive', 'wrong_place']);
    expect(of('negative', 'false_negative')?.name).toBe('site');
    expect(of('negative', 'false_positive')?.name).toBe('site');
  });

  it('offer what is proposed first, then what is usual, and keep the rest behind', () => {
    const [site, side] = rows('false_positive', { proposal: { sites: ['MED', 'CAR'], laterality: 'L' }, isSideProposed: true });
    expect(site?.first.map(({ code }) => code)).toEqual(['MED', 'CAR', 'CLA', 'HIL', 'APX', 'UZ', 'MZ']);
    expect(site?.rest.map(({ code }) => code)).toEqual(['LZ', 'CPA']);
    expect([site?.isProposed, side?.isProposed]).toEqual([false, true]);
  });

  it('say what may be left out', () => {
    expect(rows('wrong_place').filter((row) => row.isOptional).map((row) => row.name)).toEqual(['cause', 'severity', 'confidence']);
  });

  it('change one field of the form', () => {
    expect(changeIn('cause', 'NRM')).toEqual({ cause: 'NRM' });
    expect(changeIn('confidence', '4')).toEqual({ confidence: 4 });
  });
});
