import { afterEach, describe, expect, it, vi } from 'vitest';
import { USUAL_BUTTONS, takeOwnButtons } from '../keys/own_buttons';
import { wheelZoom } from './wheel';

afterEach(() => takeOwnButtons(USUAL_BUTTONS));

describe('the wheel', () => {
  it('zooms, the other way round where it is wanted', () => {
    expect(wheelZoom({ deltaY: -100, timeStamp: 0 })).toBe(1.15);
    takeOwnButtons({ ...USUAL_BUTTONS, wheel: 'zoom_reversed' });
    expect(wheelZoom({ deltaY: 100, timeStamp: 0 })).toBe(1.15);
  });

  it('goes from case to case, one for a turn', () => {
    takeOwnButtons({ ...USUAL_BUTTONS, wheel: 'cases' });
    const step = vi.fn();
    for (const timeStamp of [1000, 1020, 1100, 1300]) expect(wheelZoom({ deltaY: 30, timeStamp }, step)).toBeNull();
    wheelZoom({ deltaY: -30, timeStamp: 2000 }, step);
    expect(step.mock.calls).toEqual([['next'], ['previous']]);
    expect(wheelZoom({ deltaY: -30, timeStamp: 3000 })).toBe(1.15); // a picture that is no case of a list
  });
});
