import { describe, expect, it } from 'vitest';
import type { Verdict } from '../api/documents';
import type { SiteProposals } from '../api/schema';
import type { PixelBox } from '../geometry/pixel_box';
import { emptyForm, formOf } from './failure_form';
import type { Basis } from './site_proposal';
import { changedByReader, placeOf, placeWords, proposalAt, withProposal } from './site_proposal';

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
  not_offered: {},
};
const SIZE = { columns: 300, rows: 100 };
const at = (x: number, y: number) => ({ x: x - 5, y: y - 5, w: 10, h: 10 });
const open = emptyForm('b', 'lung_opacity', 'false_positive');
const hilum = { sites: ['HIL', 'CLA'], laterality: 'R' };

describe('the place that is asked for', () => {
  const large = { x: 0, y: 0, w: 100, h: 50, score: 0.9 };
  const small = { ...at(250, 80), score: 0.2 };
  const boxes = [small, large];
  const asked = (verdict: Verdict, box: PixelBox | null, place: PixelBox | null = null, of = boxes) =>
    placeOf({ verdict, box, place }, of);

  it('is the box that was clicked, else the one with the highest score', () => {
    expect(asked('false_positive', null)).toEqual({ box: large, basis: 'strongest', of: 2 });
    expect(asked('false_positive', small, small)).toEqual({ box: small, basis: 'clicked', of: 2 });
    expect(asked('false_positive', null, null, [small])).toEqual({ box: small, basis: 'only', of: 1 });
    expect(asked('false_positive', null, null, [])).toBeNull();
  });

  it('is the box nearest to what the reader draws', () => {
    expect(asked('false_positive', at(240, 70), large)).toEqual({ box: small, basis: 'nearest', of: 2 });
    expect(asked('false_positive', large, null, [])).toEqual({ box: large, basis: 'drawn', of: 0 });
  });

  it('is never where a misplaced finding should be', () => {
    expect(asked('wrong_place', at(240, 70))?.box).toBe(large);
    expect(asked('wrong_place', at(60, 20), small)?.box).toBe(small);
    expect(asked('wrong_place', large, null, [])).toBeNull();
  });

  it('is the reader’s box of what was missed, else where the reader pointed', () => {
    expect(asked('false_negative', large, at(9, 9))).toEqual({ box: large, basis: 'drawn', of: 2 });
    expect(asked('false_negative', null, at(9, 9))?.basis).toBe('pointer');
    expect(asked('false_negative', null)).toBeNull();
  });

  it('is said where another could be meant', () => {
    const words = (basis: Basis, of: number) => placeWords({ sites: ['HIL'], laterality: null, place: { basis, of } });
    expect(words('strongest', 3)).toBe('for the box with the highest score, of 3');
    expect(words('clicked', 3)).toBe('for the box that you clicked, of 3');
    expect([words('only', 1), words('clicked', 1), words('nearest', 1)]).toEqual(['', '', '']);
    expect(placeWords(hilum)).toBe('');
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
