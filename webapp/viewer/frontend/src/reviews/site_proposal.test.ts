import { describe, expect, it } from 'vitest';
import type { SiteProposals } from '../api/schema';
import { emptyForm, formOf } from './failure_form';
import { boxOfPlace, changedByReader, proposalAt, withProposal } from './site_proposal';

/** Two rows of three cells over a picture of 300 x 100 pixels. */
const RASTER: SiteProposals = {
  image: 'i',
  problem: null,
  columns: 3,
  rows: 2,
  cells: [0, 0, 1, 0, 1, 2],
  sides: 'RMLRUL',
  rankings: [{ opacity: ['HIL', 'CLA'], other: ['MED'] }, { opacity: ['UZ'], other: ['LZ'] }, { opacity: [], other: [] }],
  groups: { lung_opacity: 'opacity' },
};
const SIZE = { columns: 300, rows: 100 };
const at = (x: number, y: number) => ({ x: x - 5, y: y - 5, w: 10, h: 10 });
const open = emptyForm('b', 'lung_opacity', 'false_positive');
const hilum = { sites: ['HIL', 'CLA'], laterality: 'R' };

describe('the place that is asked for', () => {
  const large = { x: 0, y: 0, w: 100, h: 50 };
  const small = at(250, 80);

  it('is the smallest box of the model, and the nearest one once the reader points', () => {
    expect(boxOfPlace('false_positive', [large, small], null)).toBe(small);
    expect(boxOfPlace('false_positive', [large, small], at(60, 20))).toBe(large);
    expect(boxOfPlace('false_positive', [], large)).toBe(large);
    expect(boxOfPlace('false_positive', [], null)).toBeNull();
  });

  it('is never where a misplaced finding should be', () => {
    expect(boxOfPlace('wrong_place', [large, small], at(60, 20))).toBe(small);
    expect(boxOfPlace('wrong_place', [], large)).toBeNull();
  });

  it('is the reader’s box of what was missed', () => {
    expect(boxOfPlace('false_negative', [small], large)).toBe(large);
    expect(boxOfPlace('false_negative', [small], null)).toBeNull();
  });
});

describe('what is proposed', () => {
  it('is read in the cell of the centre, by the group of the finding', () => {
    expect(proposalAt(RASTER, SIZE, 'lung_opacity', at(50, 25))).toEqual(hilum);
    expect(proposalAt(RASTER, SIZE, 'gout', at(50, 75))).toEqual({ sites: ['MED'], laterality: 'R' });
    expect(proposalAt(RASTER, SIZE, 'lung_opacity', at(250, 25))).toEqual({ sites: ['UZ'], laterality: 'L' });
  });

  it('names no side where the file states none', () => {
    expect(proposalAt(RASTER, SIZE, 'lung_opacity', at(150, 75))).toEqual({ sites: ['UZ'], laterality: null });
  });

  it('is nothing without a site, outside the picture, or without a thorax', () => {
    const empty = { ...RASTER, columns: 0, rows: 0, cells: [], sides: '', rankings: [] };
    expect(proposalAt(RASTER, SIZE, 'lung_opacity', at(250, 75))).toBeNull();
    expect(proposalAt(RASTER, SIZE, 'lung_opacity', at(300, 25))).toBeNull();
    expect(proposalAt(empty, SIZE, 'lung_opacity', at(50, 25))).toBeNull();
  });
});

describe('the form', () => {
  it('takes a proposal where nobody has chosen, and follows the place', () => {
    const first = withProposal(open, hilum);
    expect(first).toMatchObject({ site: 'HIL', laterality: 'R', isSiteProposed: true, isSideProposed: true });
    const moved = withProposal(first, { sites: ['UZ'], laterality: null });
    expect(moved).toMatchObject({ site: 'UZ', laterality: 'U', isSiteProposed: true, isSideProposed: undefined });
    expect(withProposal(moved, null)).toMatchObject({ site: null, laterality: 'U' });
  });

  it('never gives way from what the reader chose, not stated included', () => {
    const chosen = changedByReader(changedByReader(open, { site: 'CLA' }), { laterality: 'U' });
    expect(withProposal(chosen, hilum)).toMatchObject({ site: 'CLA', laterality: 'U', isSiteProposed: false });
    expect(changedByReader(withProposal(open, hilum), { note: 'x' })).toMatchObject({ site: 'HIL', isSiteProposed: true });
  });

  it('leaves an earlier answer as it was given', () => {
    const unproposed = { proposed_site: null, proposed_laterality: null };
    const failure = { site: 'MED', laterality: 'U', cause: null, severity: null, box: null, ...unproposed };
    const earlier = formOf({ ...open, verdict: 'false_positive', confidence: null, failure, note: '' });
    expect(withProposal(earlier, hilum)).toMatchObject({ site: 'MED', laterality: 'U' });
  });

  it('of what is no failure has no site', () => {
    const mark = emptyForm('b', 'lung_opacity', 'present');
    expect(withProposal(mark, hilum)).toBe(mark);
  });
});
