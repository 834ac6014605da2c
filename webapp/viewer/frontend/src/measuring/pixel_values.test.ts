import { expect, it } from 'vitest';
import { valueAt } from './pixel_values';

const header = { rows: 2, columns: 3, value: { slope: -0.5, intercept: 100, unit: 'OD' } };
const at = valueAt({ samples: Uint16Array.of(10, 20, 30, 40, 50, 61), header });

it('the value under a place is that of the pixel that covers it', () => {
  expect(at({ x: 0, y: 0 })).toBe('95 OD');
  expect(at({ x: 2.99, y: 0.99 })).toBe('85 OD');
  expect(at({ x: 2, y: 1 })).toBe('69.5 OD');
});

it('an unspecified unit is none', () => {
  const unspecified = { ...header, value: { ...header.value, unit: 'US' } };
  expect(valueAt({ samples: [10, 20, 30, 40, 50, 60], header: unspecified })({ x: 0, y: 0 })).toBe('95');
});

it('there is none outside of the picture, or before the samples are here', () => {
  expect([at({ x: 3, y: 0 }), at({ x: -0.1, y: 0 }), at({ x: 0, y: 2 }), at({ x: 0, y: -1 })]).toEqual([null, null, null, null]);
  expect(valueAt(null)({ x: 0, y: 0 })).toBeNull();
});
