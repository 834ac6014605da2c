import { describe, expect, it } from 'vitest';
import { whyNoAnswer } from './view_state';

describe('an answer', () => {
  it('needs the whole picture on the screen', () => {
    const needsWhole = (['loading', 'preview', 'ready', 'error'] as const).map((status) => whyNoAnswer({ status }, true) === null);
    expect(needsWhole).toEqual([false, false, true, false]);
  });

  it('may be prepared while the picture can still come', () => {
    const mayCome = (['loading', 'preview', 'ready', 'error'] as const).map((status) => whyNoAnswer({ status }, false) === null);
    expect(mayCome).toEqual([true, true, true, false]);
  });
});
