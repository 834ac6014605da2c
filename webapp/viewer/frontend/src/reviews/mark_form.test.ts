import { describe, expect, it } from 'vitest';
import { readScheme } from '../api/scheme';
import type { SchemeDocument } from '../api/schema';
import { emptyForm, formOf, missing, requestOf } from './failure_form';
import { termsToOffer } from './mark_form';

const box = { x: 1, y: 2, w: 3, h: 4 };
const other = emptyForm('b', '', 'missed_other');

describe('a form without coding', () => {
  it('asks for nothing where the finding is there', () => {
    const form = { ...emptyForm('b', 'effusion', 'present'), box, note: ' base ' };
    expect(missing(form)).toEqual([]);
    const request = requestOf(form, 'b', null, 'k');
    expect(request).toMatchObject({ finding: 'effusion', verdict: 'present', failure: null, box, note: 'base', term: null });
    expect(formOf(request)).toMatchObject({ box, note: 'base', isChanged: false });
  });

  it('asks what is there where the model has no finding for it, and for a note where the list has no term', () => {
    expect(missing(other)).toEqual(['what is there']);
    expect(missing({ ...other, term: 'mass' })).toEqual([]);
    expect(missing({ ...other, term: 'other', note: ' ' })).toEqual(['a note that names it']);
    expect(missing({ ...other, term: 'other', note: 'azygos lobe' })).toEqual([]);
    expect(requestOf({ ...other, term: 'mass' }, 'b', null, 'k')).toMatchObject({ finding: '', term: 'mass', box: null });
    expect(() => requestOf(other, 'b', null, 'k')).toThrow('answer lacks what is there');
  });

  it('offers no term that the model has a finding for', () => {
    const terms = [
      { code: 'mass', title: 'Mass', keys: ['lung_mass', 'mass'], scheme: null, value: null, needs_note: false },
      { code: 'cavity', title: 'Cavity', keys: ['cavity'], scheme: null, value: null, needs_note: false },
      { code: 'opacity', title: 'Opacity', keys: ['opacity'], scheme: 'RADLEX', value: 'RID28530', needs_note: false },
    ];
    const finding = (key: string, scheme = '', value = '') => ({ key, code: { scheme, value, meaning: '' } });
    const scheme = readScheme({ severities: [], first_rows: [], terms } as unknown as SchemeDocument);
    const offered = (...findings: ReturnType<typeof finding>[]) => termsToOffer(scheme, findings).map(({ code }) => code);
    expect(offered(finding('lung_mass'))).toEqual(['cavity', 'opacity']);
    expect(offered(finding('consolidation', 'RADLEX', 'RID28530'))).toEqual(['mass', 'cavity']);
    expect(offered(finding('consolidation', 'SCT', 'RID28530'))).toEqual(['mass', 'cavity', 'opacity']);
  });
});
