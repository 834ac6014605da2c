import { describe, expect, it } from 'vitest';
import { deliveryOf, waitMs } from './delivery';

describe('a queued answer', () => {
  it.each([
    [200, 'saved'],
    [201, 'saved'],
    [0, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
    [429, 'retry'],
    [401, 'signed_out'],
    [403, 'signed_out'],
    [409, 'conflict'],
    [400, 'rejected'],
    [422, 'rejected'],
  ] as const)('is, after status %d, %s', (status, delivery) => {
    expect(deliveryOf(status)).toBe(delivery);
  });

  it('is refused for good when a 403 says why', () => {
    expect(deliveryOf(403, 'role')).toBe('rejected');
    expect(deliveryOf(403, 'not_authenticated')).toBe('signed_out');
  });

  it('waits longer after each failure, never more than half a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map(waitMs)).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  });
});
