import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PixelSize } from '../geometry/pixel_size';
import { UndoStack } from '../session/undo_stack';
import type { KeptMeasurement, MeasurementStorage } from './measurement_storage';
import { MeasuringDesk, UNKEPT } from './measuring_desk';

const PIXEL: PixelSize = { column: 0.2, row: 0.2, unit: 'mm', kind: 'detector plane' };
const OWNER = { reader: 'me', image: 'i' };
const at = (x: number, y: number) => ({ x, y });
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

let kept: Map<string, KeptMeasurement>;
let said: string[];
let stack: UndoStack;
let isWhole: boolean;
let isFull: boolean;

const storage: MeasurementStorage = {
  of: ({ reader, image }) => Promise.resolve([...kept.values()].filter((one) => one.reader === reader && one.image === image)),
  put: (one) => (isFull ? Promise.reject(new Error('full')) : Promise.resolve(void kept.set(one.id, one))),
  remove: (_, id) => Promise.resolve(void kept.delete(id)),
};

function desk(owner = OWNER): MeasuringDesk {
  const made = new MeasuringDesk({
    owner,
    size: { columns: 1000, rows: 800 },
    storage,
    stack,
    announce: (text) => void said.push(text),
    isImageMissing: () => !isWhole,
  });
  made.setPixel(PIXEL);
  return made;
}

/** A length by one drag. */
function drawn(own: MeasuringDesk, x = 100): string {
  if (own.state.get().tool !== 'length') own.choose('length');
  own.press(at(x, 100));
  own.move(at(x + 50, 100));
  own.release(at(x + 100, 100), true);
  return own.state.get().items.at(-1)?.id ?? '';
}

const points = (own: MeasuringDesk, id: string) => own.find(id)?.points.map(({ x, y }) => [x, y]);

beforeEach(() => {
  kept = new Map();
  said = [];
  stack = new UndoStack();
  isWhole = true;
  isFull = false;
  let now = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => (now += 1));
});

describe('a measurement', () => {
  it('is told, kept, and found again by the same reader on the same picture', async () => {
    const own = desk();
    const id = drawn(own);
    expect(said.at(-1)).toBe('Length 20.0 mm detector plane');
    await settled();
    const again = desk();
    await again.open();
    expect(points(again, id)).toEqual([[100, 100], [200, 100]]);
    for (const owner of [{ ...OWNER, reader: 'you' }, { ...OWNER, image: 'other' }]) {
      const others = desk(owner);
      await others.open();
      expect(others.state.get().items).toEqual([]);
    }
  });

  it('that was removed while the kept ones came stays removed', async () => {
    const id = drawn(desk());
    await settled();
    const own = desk();
    const opening = own.open();
    own.state.set({ items: [kept.get(id)!] });
    own.remove(id);
    await opening;
    expect(own.state.get().items).toEqual([]);
  });

  it('is not begun on a picture that is not whole', () => {
    isWhole = false;
    const own = desk();
    own.choose('length');
    expect(own.state.get().tool).toBeNull();
  });

  it('stays in the picture, drawn or moved', () => {
    const own = desk();
    own.choose('length');
    own.press(at(-5, 100));
    own.release(at(1200, 100), true);
    const id = own.state.get().items[0]?.id ?? '';
    expect(points(own, id)).toEqual([[0, 100], [1000, 100]]);
    own.grab({ id, handle: null }, at(0, 0));
    own.drag(at(70, -500));
    own.drop();
    expect(points(own, id)).toEqual([[0, 0], [1000, 0]]);
  });

  it('comes from the keyboard when the tool is chosen again', () => {
    const own = desk();
    own.choose('length');
    own.choose('length');
    expect(points(own, own.state.get().selected?.id ?? '')).toEqual([[420, 400], [580, 400]]);
  });

  it('says when the browser does not keep it', async () => {
    isFull = true;
    const own = desk();
    drawn(own);
    await settled();
    expect(own.state.get().problem).toBe(UNKEPT);
    isFull = false;
    own.nudge(1, 0, false);
    await settled();
    expect(own.state.get().problem).toBeNull();
  });
});

describe('a handle', () => {
  it('that is not kept is told until its own newest state is', async () => {
    const own = desk();
    isFull = true;
    const lost = drawn(own);
    await settled();
    isFull = false;
    drawn(own, 300);
    await settled();
    expect(own.state.get().problem).toBe(UNKEPT);
    own.select({ id: lost, handle: null });
    own.nudge(1, 0, false);
    await settled();
    expect([own.state.get().problem, kept.has(lost)]).toEqual([null, true]);
  });

  it('is put where it is written to be, kept, and taken back; what is off the image is said and moves nothing', async () => {
    const own = desk();
    const id = drawn(own);
    own.place(id, 1, 'y', '50,5');
    expect(points(own, id)).toEqual([[100, 100], [200, 50.5]]);
    own.place(id, 0, 'x', '-3');
    own.place(id, 5, 'x', '3');
    expect(points(own, id)).toEqual([[100, 100], [200, 50.5]]);
    await settled();
    expect(kept.get(id)?.points[1]).toEqual(at(200, 50.5));
    stack.undo();
    expect(points(own, id)).toEqual([[100, 100], [200, 100]]);
  });

  it('is dragged by as much as the pointer moved', async () => {
    const own = desk();
    const id = drawn(own);
    own.grab({ id, handle: 1 }, at(203, 98));
    own.drag(at(213, 118));
    own.drop();
    expect(points(own, id)).toEqual([[100, 100], [210, 120]]);
    await settled();
    expect(kept.get(id)?.points[1]).toEqual(at(210, 120));
    stack.undo();
    expect(points(own, id)).toEqual([[100, 100], [200, 100]]);
  });

  it('that is let go is where it was, and nothing was done', () => {
    const own = desk();
    const id = drawn(own);
    own.grab({ id, handle: 1 }, at(200, 100));
    own.drag(at(300, 300));
    own.letGo();
    expect(points(own, id)).toEqual([[100, 100], [200, 100]]);
    stack.undo();
    expect(own.find(id)).toBeNull();
  });
});

describe('arrow keys', () => {
  it('move the chosen point, all of it, or with alt its end; several are taken back as one', () => {
    const own = desk();
    const id = drawn(own);
    own.select({ id, handle: 0 });
    own.nudge(1, 0, false);
    own.nudge(0, 10, false);
    expect(points(own, id)).toEqual([[101, 110], [200, 100]]);
    own.nudge(5, 0, true);
    own.select({ id, handle: null });
    own.nudge(0, 1, false);
    expect(points(own, id)).toEqual([[101, 111], [205, 101]]);
    stack.undo();
    expect(points(own, id)).toEqual([[100, 100], [200, 100]]);
    stack.redo();
    expect(points(own, id)).toEqual([[101, 111], [205, 101]]);
  });

  it('that go on after a step was taken back leave nothing to be done again', () => {
    const own = desk();
    drawn(own);
    own.nudge(1, 0, false);
    const second = drawn(own, 300);
    const first = own.state.get().items.find(({ id }) => id !== second)?.id ?? '';
    stack.undo();
    own.select({ id: first, handle: null });
    own.nudge(1, 0, false);
    expect([stack.redo(), own.find(second)]).toEqual([false, null]);
  });

  it('do nothing without a choice', () => {
    const own = desk();
    own.select(null);
    expect(own.nudge(1, 0, false)).toBe(false);
  });
});

describe('what is written', () => {
  it('is kept with every letter and taken back as one; the length of a line calibrates the others', async () => {
    const own = desk();
    const length = drawn(own);
    own.choose('calibration');
    own.press(at(0, 0));
    own.release(at(0, 100), true);
    const line = own.state.get().writing ?? '';
    expect(own.pixel()).toEqual(PIXEL);
    own.write(line, { mm: 1 });
    own.write(line, { mm: 10 });
    await settled();
    expect(kept.get(line)?.mm).toBe(10);
    expect(own.pixel()?.column).toBeCloseTo(0.1, 12);
    stack.undo();
    expect(own.find(line)?.mm).toBeUndefined();
    stack.undo();
    expect(own.state.get().items.map(({ id }) => id)).toEqual([length]);
  });
});

describe('undo and redo', () => {
  const acts: Record<string, (own: MeasuringDesk, id: string) => void> = {
    draw: (own) => void drawn(own, 300),
    move(own, id) {
      own.grab({ id, handle: null }, at(0, 0));
      own.drag(at(7, 7));
      own.drop();
    },
    nudge(own, id) {
      own.select({ id, handle: 1 });
      own.nudge(1, 1, false);
    },
    remove: (own, id) => void own.remove(id),
  };
  const names = Object.keys(acts);
  const pairs = names.filter((one) => one !== 'remove').flatMap((one) => names.map((other) => [one, other] as const));

  it.each(pairs)('give back what was before %s and %s, in the page and in the storage', async (one, other) => {
    const own = desk();
    const id = drawn(own);
    const shown = (): string => JSON.stringify(own.state.get().items);
    const stored = (): string => JSON.stringify([...kept.values()].map(({ reader: _r, image: _i, ...rest }) => rest).sort((a, b) => a.madeAt - b.madeAt));
    const states = [shown()];
    for (const act of [one, other]) {
      acts[act]?.(own, id);
      states.push(shown());
    }
    if (one === 'nudge' && other === 'nudge') states.splice(1, 1); // taken back as one
    for (const expected of states.slice(0, -1).reverse()) {
      stack.undo();
      await settled();
      expect([shown(), stored()]).toEqual([expected, expected]);
    }
    for (const expected of states.slice(1)) {
      stack.redo();
      await settled();
      expect([shown(), stored()]).toEqual([expected, expected]);
    }
  });
});
