import { describe, expect, it } from 'vitest';
import { Sheet, nearestHeight } from './sheet';

describe('the sheet of a narrow window', () => {
  it('opens half on a tall window and as a strip on a low one', () => {
    expect(new Sheet(1180).state.get().height).toBe('half');
    expect(new Sheet(450).state.get().height).toBe('closed');
  });

  it('goes up and down one height at a time and stops at both ends', () => {
    const sheet = new Sheet(450);
    const seen = ([1, 1, 1, -1, -1, -1] as const).map((by) => {
      sheet.step(by);
      return sheet.state.get().height;
    });
    expect(seen).toEqual(['half', 'full', 'full', 'half', 'closed', 'closed']);
  });

  it('goes round by its key', () => {
    const sheet = new Sheet(450);
    const seen = [1, 2, 3].map(() => {
      sheet.cycle();
      return sheet.state.get().height;
    });
    expect(seen).toEqual(['half', 'full', 'closed']);
  });

  it('comes up for what is opened in it, and stays where it is when it is up', () => {
    const sheet = new Sheet(450);
    sheet.show();
    expect(sheet.state.get().height).toBe('half');
    sheet.set('full');
    sheet.show();
    expect(sheet.state.get().height).toBe('full');
  });

  it('leaves the picture to a form: a strip on a low window, half on a tall one', () => {
    const sheet = new Sheet(450);
    sheet.set('half');
    sheet.showForm(450);
    expect(sheet.state.get().height).toBe('closed');
    sheet.showForm(1180);
    expect(sheet.state.get().height).toBe('half');
    sheet.set('full');
    sheet.showForm(1180);
    expect(sheet.state.get().height).toBe('full');
  });

  it('puts the picture in sight as the window becomes low, with a form open or not, and keeps a choice within low or tall', () => {
    const target = Object.assign(new EventTarget(), { innerHeight: 950 });
    const sheet = new Sheet(950);
    const end = sheet.followWindow(target as unknown as Window);
    const seen = [940, 475, 460, 900].map((height) => {
      if (height === 460) sheet.set('full');
      target.innerHeight = height;
      target.dispatchEvent(new Event('resize'));
      return sheet.state.get().height;
    });
    expect(seen).toEqual(['half', 'closed', 'full', 'half']);
    end();
    target.innerHeight = 475;
    target.dispatchEvent(new Event('resize'));
    expect(sheet.state.get().height).toBe('half');
  });

  it('follows the pointer to the nearest height', () => {
    const edges = { closed: 1100, half: 700, full: 110 };
    expect([1090, 880, 600, 300].map((at) => nearestHeight(at, edges))).toEqual(['closed', 'half', 'half', 'full']);
  });
});
