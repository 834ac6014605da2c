import { describe, expect, it } from 'vitest';
import type { Scheme } from '../api/scheme';
import type { Verdict } from '../api/documents';
import { emptyForm } from './failure_form';
import { activeRow, changeIn, digitOfOther, numbered, rowAfter, rowsOf } from './form_rows';

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

  it('keep sites that the finding is not offered behind, usual or not', () => {
    const notOffered = ['HIL', 'CLA', 'APX', 'UZ', 'MZ'];
    const [site] = rows('false_positive', { notOffered });
    expect(site?.first.map(({ code }) => code)).toEqual(['LZ', 'CPA', 'CAR', 'MED']);
    expect(site?.rest.map(({ code }) => code)).toEqual(notOffered);
  });

  it('say what may be left out', () => {
    expect(rows('wrong_place').filter((row) => row.isOptional).map((row) => row.name)).toEqual(['cause', 'severity', 'confidence']);
  });

  it('change one field of the form', () => {
    expect(changeIn('cause', 'NRM')).toEqual({ cause: 'NRM' });
    expect(changeIn('confidence', '4')).toEqual({ confidence: 4 });
  });
});

describe('the row that has the digits', () => {
  const SITED = { site: 'HIL', isSiteProposed: true, laterality: 'R', isSideProposed: true };

  it('is the first that is open: the cause once site and side are proposed', () => {
    expect(activeRow(rows('false_positive'), null)?.name).toBe('site');
    expect(activeRow(rows('false_positive', SITED), null)?.name).toBe('cause');
    expect(activeRow(rows('present'), null)?.name).toBe('confidence');
  });

  it('is the one that the reader went to, whether it is open or not', () => {
    expect(activeRow(rows('false_positive', SITED), 'site')?.name).toBe('site');
    expect(activeRow(rows('present'), 'cause')?.name).toBe('confidence');
  });

  it('is followed by the next open one, and stays where none is', () => {
    const coded = { ...SITED, cause: 'NRM' };
    expect(rowAfter(rows('false_positive', { site: 'HIL' }), 'site')).toBe('laterality');
    expect(rowAfter(rows('false_positive', { site: 'HIL', isSideProposed: false }), 'site')).toBe('cause');
    expect(rowAfter(rows('false_positive', coded), 'cause')).toBe('severity');
    expect(rowAfter(rows('false_positive', { ...coded, severity: '1', confidence: 3 }), 'cause')).toBe('cause');
    expect(rowAfter(rows('false_positive', { ...SITED, confidence: 3 }), 'severity')).toBe('severity'); // never back
  });

  it('numbers what is in sight, then what is behind "other…"', () => {
    const [site] = rows('false_negative');
    const codes = (isAll: boolean) => site && numbered(site, isAll).map(({ code }) => code);
    expect(codes(false)).toEqual(['HIL', 'CLA', 'APX', 'UZ', 'MZ', 'LZ', 'CPA']);
    expect(site && digitOfOther(site, false)).toBe(8);
    expect(codes(true)).toEqual(['CAR', 'MED']);
    expect(site && digitOfOther(site, true)).toBeNull();
  });
});
