import { describe, expect, it } from 'vitest';
import type { CaseHanging } from '../api/schema';
import { lookOf } from './case_look';

const RULE: CaseHanging = { view: 'lateral', beside: 'other_view', preset: 'Lungs', is_linked: false, remarks: [] };

describe('how a case opens', () => {
  it('is what the rule says where nothing was done in the sitting', () => {
    expect(lookOf({}, RULE)).toEqual({ preset: { name: 'Lungs' }, isPriorShown: true, opens: 'other_view', isPriorLinked: false });
    expect(lookOf({}, { ...RULE, preset: '', beside: 'nothing' })).toMatchObject({ preset: null, isPriorShown: false });
  });

  it('is what was done in the sitting with a case of the view, part by part', () => {
    const auto = { key: 2, name: 'Auto' };
    expect(lookOf({ 'preset:lateral': auto }, RULE)).toMatchObject({ preset: auto, isPriorShown: true, isPriorLinked: false });
    expect(lookOf({ 'isPriorLinked:lateral': true }, RULE)).toMatchObject({ preset: { name: 'Lungs' }, isPriorLinked: true });
    expect(lookOf({ 'preset:lateral': null }, RULE).preset).toBeNull(); // the image's own was asked for
  });

  it('is not what was done with a case of another view', () => {
    expect(lookOf({ 'preset:frontal': null, 'isPriorShown:other': false, 'isPriorLinked:frontal': true }, RULE)).toEqual(lookOf({}, RULE));
  });
});
