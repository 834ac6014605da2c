import { describe, expect, it } from 'vitest';
import { Sitting, choicesFor, keptPreset, ofView } from './sitting';

function memory(isFull = false) {
  const items = new Map<string, string>();
  return {
    items,
    get length() {
      return items.size;
    },
    key: (i: number) => [...items.keys()][i] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (isFull) throw new Error('QuotaExceededError');
      items.set(key, value);
    },
    removeItem: (key: string) => void items.delete(key),
  };
}

describe('the choices of a sitting', () => {
  it('are there for the next page of the same sitting', () => {
    const storage = memory();
    new Sitting('a', storage).keep({ isAiVisible: false, opacity: 0.7, 'preset:frontal': { key: 3, name: 'Lung' } });
    expect(new Sitting('a', storage).choices()).toEqual({
      isAiVisible: false,
      opacity: 0.7,
      'preset:frontal': { key: 3, name: 'Lung' },
    });
  });

  it('are not there for another sitting, and are removed when one begins', () => {
    const storage = memory();
    new Sitting('a', storage).keep({ isAiVisible: false });
    storage.items.set('of something else', 'x');
    expect(new Sitting('b', storage).choices()).toEqual({});
    expect([...storage.items.keys()]).toEqual(['of something else']);
  });

  it('of two tabs do not overwrite each other', () => {
    const storage = memory();
    const [first, second] = [new Sitting('a', storage), new Sitting('a', storage)];
    first.keep({ isAiVisible: false });
    second.keep({ opacity: 0.2 });
    expect(new Sitting('a', storage).choices()).toEqual({ isAiVisible: false, opacity: 0.2 });
  });

  it('are taken field by field: what is not allowed is left out', () => {
    const storage = memory();
    storage.items.set(
      'sightline-sitting:a',
      JSON.stringify({ isAiVisible: 'no', mapKind: 'nix', opacity: 3, colours: 'cividis', 'preset:frontal': 4, 'isPriorShown:lateral': 'no', preset: { key: 3, name: 'Lung' }, more: 1 }),
    );
    expect(new Sitting('a', storage).choices()).toEqual({ colours: 'cividis' });
    for (const broken of ['{', '[]', 'null', '7']) {
      storage.items.set('sightline-sitting:a', broken);
      expect(new Sitting('a', storage).choices()).toEqual({});
    }
  });

  it('hold in the page where the browser keeps nothing, and that is told', () => {
    for (const storage of [null, memory(true)]) {
      const sitting = new Sitting('a', storage);
      expect(sitting.keep({ isAiVisible: false })).toBe(false);
      expect(sitting.choices()).toEqual({ isAiVisible: false });
    }
  });

  it('come from another tab only for the same sitting', () => {
    const sitting = new Sitting('a', memory());
    const newValue = JSON.stringify({ isAiVisible: false });
    expect(sitting.fromOtherTab({ key: 'sightline-sitting:a', newValue })).toEqual({ isAiVisible: false });
    expect(sitting.fromOtherTab({ key: 'sightline-sitting:b', newValue })).toBeNull();
  });
});

describe('what is chosen for a view', () => {
  it('holds for the cases of that view alone, and two tabs that choose for two views keep both', () => {
    const storage = memory();
    const [first, second] = [new Sitting('a', storage), new Sitting('a', storage)];
    first.keep(ofView('frontal', { isPriorShown: false, preset: null }));
    second.keep(ofView('lateral', { isPriorShown: true }));
    const choices = new Sitting('a', storage).choices();
    expect(choicesFor(choices, 'frontal')).toEqual({ isPriorShown: false, preset: null, isPriorLinked: undefined });
    expect(choicesFor(choices, 'lateral')).toEqual({ isPriorShown: true });
    expect(choicesFor(choices, 'other')).toEqual({});
  });
});

describe('a sentence', () => {
  it('is said once on a page', () => {
    const sitting = new Sitting('a', memory());
    expect([sitting.untold(['x', 'y']), sitting.untold(['y', 'z'])]).toEqual([['x', 'y'], ['z']]);
  });
});

describe('the window that is kept', () => {
  it('is the chosen preset by key and name, and none for the window that is each file’s own', () => {
    expect(keptPreset({ key: 3, name: 'Lungs' })).toEqual({ key: 3, name: 'Lungs' });
    expect(keptPreset({ key: 1, name: 'As acquired' })).toBeNull();
    expect(keptPreset(null)).toBeNull();
  });
});
