import { expect, it } from 'vitest';
import { STUDY_KEYS, studyKey } from './study_keys';

it('gives every combination to one action only', () => {
  const all = STUDY_KEYS.flatMap((row) => row.combinations);
  expect(all.filter((combination, index) => all.indexOf(combination) !== index)).toEqual([]);
});

it('names a key that no row has', () => {
  expect(studyKey('submit')).toBe('Enter');
  expect(() => studyKey('nonsense')).toThrow("no key row 'nonsense'");
});
