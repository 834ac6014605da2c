import { describe, expect, it } from 'vitest';
import { DraftMarks, UNKEPT } from './draft_marks';
import type { DraftMark, DraftStorage } from './draft_storage';
import type { FailureForm } from './failure_form';
import { emptyForm } from './failure_form';

function memory() {
  const items = new Map<string, DraftMark>();
  const broken = { is: false };
  const unless = <T>(work: () => T): Promise<T> =>
    broken.is ? Promise.reject(new Error('QuotaExceededError')) : Promise.resolve(work());
  const storage: DraftStorage = {
    all: () => unless(() => [...items.values()]),
    put: (draft) => unless(() => void items.set(draft.id, draft)),
    remove: (id) => unless(() => void items.delete(id)),
  };
  return { items, broken, storage };
}

const form = (note: string, finding = 'opacity'): FailureForm => ({ ...emptyForm('b', finding, 'false_positive'), note });
const owner = { reader: 'ann', image: 'i' };

async function reopened(storage: DraftStorage, who = owner): Promise<DraftMarks> {
  const marks = new DraftMarks(storage, who);
  await marks.open();
  return marks;
}

describe('half-filled marks', () => {
  it('are found again by the next page, in the state of the last change', async () => {
    const { storage } = memory();
    const marks = new DraftMarks(storage, owner);
    void marks.keep(form('a'), 'b1');
    await marks.keep(form('ab'), 'b1');
    const found = (await reopened(storage)).find('b1', 'opacity', 'false_positive');
    expect(found?.form.note).toBe('ab');
    expect(found?.keptAt).toBeGreaterThan(Date.now() - 60_000);
  });

  it('are nobody else’s, and belong to image, bundle, finding and verdict', async () => {
    const { storage } = memory();
    await new DraftMarks(storage, owner).keep(form('mine'), 'b1');
    for (const who of [{ reader: 'bob', image: 'i' }, { reader: 'ann', image: 'other' }]) {
      expect((await reopened(storage, who)).newest('b1')).toBeNull();
    }
    const marks = await reopened(storage);
    expect(marks.newest('b2')).toBeNull();
    expect(marks.find('b1', 'effusion', 'false_positive')).toBeNull();
    expect(marks.find('b1', 'opacity', 'wrong_place')).toBeNull();
  });

  it('go with the answer on their finding, and no others', async () => {
    const { storage, items } = memory();
    const marks = new DraftMarks(storage, owner);
    await marks.keep(form('a'), 'b1');
    await marks.keep({ ...form('b'), verdict: 'wrong_place' }, 'b1');
    await marks.keep(form('c', 'effusion'), 'b1');
    await marks.discard('b1', 'opacity', 'wrong_place');
    expect(items.size).toBe(2);
    await marks.discard('b1', 'opacity');
    expect([...items.values()].map((draft) => draft.form.note)).toEqual(['c']);
  });

  it('of what has no finding are one for each mark that is changed, and one for a new mark', async () => {
    const { storage } = memory();
    const other = (note: string, replaces: string | null = null) => ({ ...emptyForm('b1', '', 'missed_other'), note, replaces });
    const marks = new DraftMarks(storage, owner);
    await marks.keep(other('new'), 'b1');
    await marks.keep(other('rib changed', 'r1'), 'b1');
    await marks.keep(other('node changed', 'r2'), 'b1');
    const kept = await reopened(storage);
    const note = (replaces?: string) => kept.find('b1', '', 'missed_other', replaces)?.form.note;
    expect([note(), note('r1'), note('r2'), note('r3')]).toEqual(['new', 'rib changed', 'node changed', undefined]);
    await kept.discard('b1', '', null, 'r1');
    expect([note(), note('r1'), note('r2')]).toEqual(['new', undefined, 'node changed']);
    await kept.discard('b1', '', 'missed_other');
    expect([note(), note('r2')]).toEqual([undefined, 'node changed']);
  });

  it('stay in the page where the browser keeps nothing, and that is told until it does again', async () => {
    const { storage, broken } = memory();
    broken.is = true;
    const marks = await reopened(storage);
    expect(marks.state.get().problem).toBe(UNKEPT);
    await marks.keep(form('a'), 'b1');
    expect(marks.state.get().problem).toBe(UNKEPT);
    expect(marks.find('b1', 'opacity', 'false_positive')?.form.note).toBe('a');
    broken.is = false;
    await marks.keep(form('ab'), 'b1');
    expect(marks.state.get().problem).toBeNull();
    expect((await reopened(storage)).newest('b1')?.form.note).toBe('ab');
  });

  it('that were changed before the kept ones were read are not overwritten by them', async () => {
    const { storage } = memory();
    await new DraftMarks(storage, owner).keep(form('old'), 'b1');
    const marks = new DraftMarks(storage, owner);
    const opening = marks.open();
    void marks.keep(form('new'), 'b1');
    await opening;
    expect(marks.newest('b1')?.form.note).toBe('new');
  });
});
