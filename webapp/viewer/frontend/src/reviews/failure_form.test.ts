import { describe, expect, it } from 'vitest';
import { emptyForm, formOf, missing, requestOf } from './failure_form';

const whole = {
  ...emptyForm('b', 'lung_opacity', 'false_positive'),
  site: 'HIL',
  cause: 'NRM',
  severity: '1',
  confidence: 4,
};

const unproposed = { proposed_site: null, proposed_laterality: null };

describe('the failure form', () => {
  it('names what is still to be chosen', () => {
    expect(missing(emptyForm('b', 'lung_opacity', 'false_positive'))).toEqual(['where']);
    expect(missing(whole)).toEqual([]);
  });

  it('asks for a box only when the place was wrong', () => {
    expect(missing({ ...whole, verdict: 'wrong_place' })).toEqual(['a box']);
  });

  it('becomes the request of the API', () => {
    expect(requestOf({ ...whole, note: ' a vessel ' }, 'b'.repeat(64), null, 'key')).toEqual({
      bundle: 'b'.repeat(64),
      finding: 'lung_opacity',
      verdict: 'false_positive',
      confidence: 4,
      failure: { site: 'HIL', laterality: 'U', cause: 'NRM', severity: 1, box: null, ...unproposed },
      note: 'a vessel',
      replaces: null,
      idempotency_key: 'key',
    });
  });

  it('sends what was proposed beside what was chosen, also when an answer is changed', () => {
    const form = { ...whole, proposal: { sites: ['CLA', 'UZ'], laterality: 'R' } };
    const request = requestOf(form, 'b', null, 'key');
    expect(request.failure).toMatchObject({ site: 'HIL', laterality: 'U', proposed_site: 'CLA', proposed_laterality: 'R' });
    expect(requestOf(formOf(request), 'b', null, 'key').failure).toEqual(request.failure);
  });

  it('is not sent half filled', () => {
    expect(() => requestOf({ ...whole, site: null }, 'b', null, 'key')).toThrow('answer lacks where');
  });

  it('leaves unsaid why, how severe and how sure', () => {
    const short = { ...emptyForm('b', 'lung_opacity', 'false_positive'), site: 'HIL' };
    const { confidence, failure } = requestOf(short, 'b', null, 'key');
    expect({ confidence, ...failure }).toMatchObject({ confidence: null, site: 'HIL', cause: null, severity: null });
  });
});
