import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../api/request';
import { emptyForm } from '../reviews/failure_form';
import { ProposedSites } from './proposed_sites';

const getJson = vi.hoisted(() => vi.fn());
vi.mock('../api/request', async (original) => ({ ...(await original<object>()), getJson }));

const form = emptyForm('b', 'lung_opacity', 'false_positive');
const boxes = [{ x: 0, y: 0, w: 2, h: 2, score: 1, map: 'gradcam', rule: 'component' as const }];
const raster = {
  columns: 1, rows: 1, cells: [0], sides: 'M', rankings: [{ other: ['MED'] }], groups: {}, not_offered: { other: ['HIL'] }, image: 'i', problem: null,
};
const sites = (): ProposedSites => new ProposedSites('/p/', { columns: 10, rows: 10 });

beforeEach(() => {
  getJson.mockReset();
});

describe('the raster of a case', () => {
  it('is fetched once', async () => {
    getJson.mockResolvedValue(raster);
    const proposed = sites();
    expect(await proposed.load()).toBe(true);
    expect(await proposed.load()).toBe(false);
    expect(getJson).toHaveBeenCalledTimes(1);
    expect(proposed.propose(form, boxes, ['M'])).toMatchObject({ site: 'MED', laterality: 'M', notOffered: ['HIL'] });
    expect(proposed.propose({ ...form, verdict: 'present' }, boxes, ['M'])).not.toHaveProperty('notOffered');
  });

  it('proposes no side that the scheme has retired', async () => {
    getJson.mockResolvedValue(raster);
    const proposed = sites();
    await proposed.load();
    expect(proposed.propose(form, boxes, ['R'])).toMatchObject({ site: 'MED', laterality: 'U' });
  });

  it('that cannot be had proposes nothing, without a word', async () => {
    getJson.mockRejectedValue(new RequestError(409, 'damaged', 'the stored file is damaged'));
    const proposed = sites();
    expect(await proposed.load()).toBe(false);
    expect(proposed.propose(form, boxes, null)).toBe(form);
  });
});
