import { describe, expect, it } from 'vitest';
import { GAP_PX, MARGIN_PX, beside } from './beside';

const STAGE = { width: 1000, height: 600 };
const FORM = { width: 300, height: 400 };
const place = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });

describe('what lies beside a place', () => {
  it('is towards the nearer edge where there is room, else towards the other', () => {
    expect(beside(place(350, 250, 450, 350), FORM, STAGE)).toEqual({ left: 50 - GAP_PX, top: 100 });
    expect(beside(place(550, 250, 650, 350), FORM, STAGE)).toEqual({ left: 650 + GAP_PX, top: 100 });
    expect(beside(place(200, 250, 300, 350), FORM, STAGE)).toEqual({ left: 300 + GAP_PX, top: 100 });
    expect(beside(place(700, 250, 800, 350), FORM, STAGE)).toEqual({ left: 400 - GAP_PX, top: 100 });
  });

  it('is below or above it where there is no room at its sides', () => {
    const low = { width: 300, height: 200 };
    expect(beside(place(100, 50, 900, 250), low, STAGE)).toEqual({ left: 350, top: 250 + GAP_PX });
    expect(beside(place(100, 350, 900, 550), low, STAGE)).toEqual({ left: 350, top: 150 - GAP_PX });
  });

  it('stays within the stage', () => {
    expect(beside(place(200, 0, 300, 20), FORM, STAGE)?.top).toBe(MARGIN_PX);
    expect(beside(place(200, 580, 300, 600), FORM, STAGE)?.top).toBe(600 - 400 - MARGIN_PX);
  });

  it('never covers the place: there is none then', () => {
    expect(beside(place(200, 100, 800, 500), FORM, STAGE)).toBeNull();
    expect(beside(place(200, 250, 300, 350), { width: 300, height: 590 }, STAGE)).toBeNull();
  });
});
