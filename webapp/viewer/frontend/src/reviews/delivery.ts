/**
 * What becomes of a queued answer, by the status that came back (0: nothing came back) and the code in its body.
 * A 403 without a code of ours is a lost session or CSRF cookie and lifts by itself; one with a code is a refusal.
 */
export type Delivery = 'saved' | 'retry' | 'signed_out' | 'conflict' | 'rejected';

/** The code of an answer whose body named none. */
const NO_CODE = 'http';
const SESSION_CODES = [NO_CODE, 'not_authenticated', 'authentication_failed', 'csrf'];
const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 1_000;

export function deliveryOf(status: number, code = NO_CODE): Delivery {
  if (status >= 200 && status < 300) return 'saved';
  if (status === 401 || (status === 403 && SESSION_CODES.includes(code))) return 'signed_out';
  if (status === 409) return 'conflict';
  if (status === 0 || status === 408 || status === 429 || status >= 500) return 'retry';
  return 'rejected';
}

/** Waiting time before attempt n + 1, ms: 1, 2, 4, 8, 16, then 30 s. */
export function waitMs(failures: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1), LONGEST_WAIT_MS);
}
