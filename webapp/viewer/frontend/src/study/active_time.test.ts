import { describe, expect, it } from 'vitest';
import { ActiveTime, IDLE_MS } from './active_time';

const MINUTE = 60_000;

/** Active time under a clock that the test sets, in ms. */
function timed(start = 0) {
  const clock = { ms: 0 };
  return { clock, time: new ActiveTime(() => clock.ms, start) };
}

describe('active reading time', () => {
  it('takes a minute of silence for idle', () => {
    expect(IDLE_MS).toBe(MINUTE);
  });

  it('leaves a longer silence out from its beginning on', () => {
    const { clock, time } = timed();
    time.touch();
    clock.ms = 10_000;
    time.touch();
    clock.ms = 10_000 + 10 * MINUTE;
    expect(time.ms).toBe(10_000);
    time.touch();
    expect(time.ms).toBe(10_000);
    clock.ms += 5_000;
    time.touch();
    expect(time.ms).toBe(15_000);
  });

  it('counts a silence of a minute, which is thinking', () => {
    const { clock, time } = timed();
    time.touch();
    clock.ms = MINUTE;
    expect(time.ms).toBe(MINUTE);
    time.touch();
    clock.ms = 2 * MINUTE;
    time.touch();
    expect(time.ms).toBe(2 * MINUTE);
  });

  it('counts nothing between stop and the next input', () => {
    const { clock, time } = timed(7_000);
    time.touch();
    clock.ms = 3_000;
    time.stop();
    clock.ms = 20_000;
    expect(time.ms).toBe(10_000);
    time.touch();
    clock.ms = 21_000;
    expect(time.ms).toBe(11_000);
  });

  it('does not count the silence before a stop either', () => {
    const { clock, time } = timed();
    time.touch();
    clock.ms = 1_000;
    time.touch();
    clock.ms = 30 * MINUTE;
    time.stop();
    expect(time.ms).toBe(1_000);
  });
});
