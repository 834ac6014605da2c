import { describe, expect, it } from 'vitest';
import { emptyForm } from './failure_form';
import { atPlace } from './form_place';
import { changedByReader } from './site_proposal';

const open = emptyForm('b', 'lung_opacity', 'false_positive');
const at = (x: number, y: number) => ({ x: x - 5, y: y - 5, w: 10, h: 10 });

describe('a form at a place', () => {
  const wrong = at(60, 20);

  it('is of the box that is wrong, until the reader draws another', () => {
    const first = atPlace(open, wrong);
    expect(first).toMatchObject({ place: wrong, box: wrong });
    expect(atPlace(first, at(200, 80))).toMatchObject({ place: at(200, 80), box: at(200, 80) });
    expect(atPlace(changedByReader(first, { box: at(100, 50) }), at(200, 80)).box).toEqual(at(100, 50));
  });

  it('keeps what was given, and where a finding should be', () => {
    expect(atPlace({ ...open, isChanged: false }, wrong)).toMatchObject({ place: wrong, box: null });
    expect(atPlace({ ...open, verdict: 'wrong_place' }, wrong)).toMatchObject({ place: wrong, box: null });
    expect(atPlace(open, null)).toBe(open);
  });
});
