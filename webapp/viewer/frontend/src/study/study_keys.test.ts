import { expect, it, vi } from 'vitest';
import { STUDY_KEYS, studyKey } from './study_keys';
import type { StudySession } from './study_session';

it('gives every combination to one action only', () => {
  const all = STUDY_KEYS.flatMap((row) => row.combinations);
  expect(all.filter((combination, index) => all.indexOf(combination) !== index)).toEqual([]);
});

it('names a key that no row has', () => {
  expect(studyKey('submit')).toBe('Enter');
  expect(() => studyKey('nonsense')).toThrow("no key row 'nonsense'");
});

it('rates by what the scale says of a digit, and by nothing else', () => {
  const rate = vi.fn();
  const findings = [{ code: 'other' }, { code: 'op', min: 1, max: 10, keys: { '1': 1, '9': 9, '0': 10 } }];
  const reading = { assignment: { form: { findings } }, state: { get: () => ({ finding: 'op' }) }, rate };
  const row = STUDY_KEYS.find((entry) => entry.id === 'rate');
  for (const combination of ['shift+9', 'shift+0', 'alt+0', 'shift+2'])
    row?.run({ reading } as unknown as StudySession, combination);
  expect(rate.mock.calls).toEqual([
    ['op', { rating: 9 }],
    ['op', { rating: 10 }],
    ['op', { rating: 10 }],
  ]);
});
