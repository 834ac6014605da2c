/** The measurements of one reader on one picture: drawn, moved, removed, taken back, and kept with every change. */
import type { ImageSize } from '../geometry/pixel_box';
import type { PixelSize } from '../geometry/pixel_size';
import type { Place } from '../geometry/measures';
import type { UndoStack, UndoStep } from '../session/undo_stack';
import { createStore } from '../state/store';
import type { Drawing } from './drawing';
import { isWhole, movedTo, newDrawing, pressed, released } from './drawing';
import type { Hit } from './hit';
import { calibrated } from './calibration';
import type { Measurement, MeasurementKind } from './measurement';
import { inside, kindRow, movedPoints, startPoints } from './measurement';
import { doubt, valueWords } from './measurement_words';
import type { MeasurementStorage, Owner } from './measurement_storage';
import type { PixelValues } from './pixel_values';
import { valueAt } from './pixel_values';
import type { Axis } from './typed_place';
import { placeWith } from './typed_place';

export interface MeasuringState {
  /** Oldest first. */
  readonly items: readonly Measurement[];
  /** What the left button draws; null: what it always does. */
  readonly tool: MeasurementKind | null;
  readonly drawing: Drawing | null;
  /** A measurement, and the point of it that the arrow keys move; without one they move all of it. */
  readonly selected: Hit | null;
  /** Of the file; null until the header is here. */
  readonly pixel: PixelSize | null;
  /** Values of the pixels of the file; null until they are wanted and here. */
  readonly values: PixelValues | null;
  /** Whose text is to be written now. */
  readonly writing: string | null;
  /** Where the pointer is over the picture, while something follows it. */
  readonly pointer: Place | null;
  /** The value of the pixel under the pointer is told. */
  readonly isValueShown: boolean;
  /** The loupe: switched on, or its key is held. */
  readonly isLoupeOn: boolean;
  readonly isLoupeHeld: boolean;
  /** The row of tools is open. */
  readonly isOpen: boolean;
  /** Why the browser does not keep the newest change; null while it does. */
  readonly problem: string | null;
}

export interface MeasuringOptions {
  readonly owner: Owner;
  readonly size: ImageSize;
  readonly storage: MeasurementStorage;
  readonly stack: UndoStack;
  readonly announce: (text: string) => void;
  /** Says so, where the picture is not whole or not seen. */
  readonly isImageMissing: () => boolean;
  /** Values of pixels are to be shown: fetches them unless they are here. */
  readonly onValuesWanted?: () => void;
  /** Something is to be written in the panel. */
  readonly onWrite?: () => void;
}

/** One measurement before and after; null: there was or is none. */
interface Change {
  readonly before: Measurement | null;
  readonly after: Measurement | null;
}

export const UNKEPT = 'this browser keeps no measurements (storage full or refused): they are gone when the page is left';

export class MeasuringDesk {
  readonly state = createStore<MeasuringState>({
    items: [],
    tool: null,
    drawing: null,
    selected: null,
    pixel: null,
    values: null,
    writing: null,
    pointer: null,
    isValueShown: false,
    isLoupeOn: false,
    isLoupeHeld: false,
    isOpen: false,
    problem: null,
  });
  /** Changed on this page: what the browser kept before is older. */
  private readonly touched = new Set<string>();
  private grabbed: { readonly before: Measurement; readonly hit: Hit; readonly from: Place } | null = null;
  /** Nudges of one measurement that follow each other, or letters of one text, are taken back as one. */
  private merged: { readonly step: UndoStep; readonly of: string; change: Change } | null = null;
  /** Ids of those whose newest state the browser does not have. */
  private readonly unkept = new Set<string>();
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly options: MeasuringOptions) {}

  /** Finds what was kept before; what was changed meanwhile stays. */
  async open(): Promise<void> {
    try {
      const kept = await this.options.storage.of(this.options.owner);
      const older = kept.filter(({ id }) => !this.touched.has(id));
      this.state.set({ items: [...older, ...this.state.get().items].sort((a, b) => a.madeAt - b.madeAt) });
      if (older.some(({ kind }) => kind === 'point')) this.options.onValuesWanted?.();
    } catch {
      this.state.set({ problem: UNKEPT });
    }
  }

  setPixel(pixel: PixelSize): void {
    this.state.set({ pixel });
  }

  toggle(): void {
    const { isOpen } = this.state.get();
    if (isOpen) this.choose(null);
    this.state.set({ isOpen: !isOpen });
  }

  /** The tool for the left button; chosen again, it puts a measurement in the middle of the picture for the keyboard. */
  choose(kind: MeasurementKind | null): void {
    if (kind === null) return this.state.set({ tool: null, drawing: null });
    if (this.options.isImageMissing()) return;
    if (this.state.get().tool === kind) return this.add(kind, startPoints(kind, this.options.size));
    this.state.set({ tool: kind, drawing: newDrawing(kind), selected: null });
    const { title, hint } = kindRow(kind);
    this.options.announce(`${title}: ${hint}; the same key again puts one in the middle; Escape ends`);
  }

  select(selected: Hit | null): void {
    if (this.state.get().selected?.id !== selected?.id || this.state.get().selected?.handle !== selected?.handle) this.state.set({ selected });
  }

  press(at: Place): void {
    const { drawing } = this.state.get();
    if (drawing && !this.options.isImageMissing()) this.state.set({ drawing: pressed(drawing, inside(at, this.options.size)), selected: null });
  }

  move(at: Place): void {
    const { drawing } = this.state.get();
    if (drawing?.floating) this.state.set({ drawing: movedTo(drawing, inside(at, this.options.size)) });
  }

  release(at: Place, isDrag: boolean): void {
    const { drawing } = this.state.get();
    if (!drawing) return;
    const after = released(drawing, inside(at, this.options.size), isDrag);
    if (!isWhole(after) || after.floating) return this.state.set({ drawing: after });
    this.state.set({ drawing: newDrawing(drawing.kind) });
    this.add(after.kind, after.fixed);
  }

  grab(hit: Hit, from: Place): void {
    this.select(hit);
    const before = this.find(hit.id);
    this.grabbed = before && { before, hit, from };
  }

  drag(to: Place): void {
    if (!this.grabbed) return;
    const { before, hit, from } = this.grabbed;
    const points = movedPoints(before.points, hit.handle, to.x - from.x, to.y - from.y, this.options.size);
    this.show({ ...before, points });
  }

  drop(): void {
    const { grabbed } = this;
    const after = grabbed && this.find(grabbed.before.id);
    this.grabbed = null;
    if (!grabbed || !after || after === grabbed.before) return;
    this.keep(after);
    this.record({ before: grabbed.before, after });
    this.tell(after);
  }

  /** What the pointer was about to do is not done. */
  letGo(): void {
    if (this.grabbed) this.show(this.grabbed.before);
    this.grabbed = null;
    const { drawing } = this.state.get();
    if (drawing) this.state.set({ drawing: newDrawing(drawing.kind) });
  }

  /** The chosen point, or all of the selected measurement, by whole image pixels; isEnd: its last point. False when none is selected. */
  nudge(dx: number, dy: number, isEnd: boolean): boolean {
    const { selected } = this.state.get();
    const before = selected && this.find(selected.id);
    if (!before) return false;
    const handle = isEnd ? before.points.length - 1 : selected.handle;
    const after = { ...before, points: movedPoints(before.points, handle, dx, dy, this.options.size) };
    this.show(after);
    this.keep(after);
    this.recordMerged({ before, after }, `${before.id} moved`);
    this.tell(after);
    return true;
  }

  /** A point where it was written to be. What is not taken is said. */
  place(id: string, handle: number, axis: Axis, typed: string): void {
    const before = this.find(id);
    const place = before?.points[handle];
    if (!before || !place) return;
    const moved = placeWith(place, axis, typed, this.options.size);
    if (typeof moved === 'string') return this.options.announce(moved);
    const after = { ...before, points: before.points.with(handle, moved) };
    this.show(after);
    this.keep(after);
    this.record({ before, after });
    this.tell(after);
  }

  /** The text of a note, the true length of a calibration line. */
  write(id: string, written: Pick<Measurement, 'text' | 'mm'>): void {
    const before = this.find(id);
    if (!before || (written.text === before.text && written.mm === before.mm)) return;
    const after = { ...before, ...written };
    this.show(after);
    this.keep(after);
    this.recordMerged({ before, after }, `${id} written`);
  }

  /** What a pixel measures: by the reader's own line, else by the file; null before the header is here. */
  pixel(): PixelSize | null {
    const { pixel, items } = this.state.get();
    return pixel && calibrated(pixel, items);
  }

  /** False when it is not there. */
  remove(id: string | undefined): boolean {
    const before = id && this.find(id);
    if (!before) return false;
    this.apply({ before, after: null });
    this.record({ before, after: null });
    this.options.announce(`${kindRow(before.kind).title} removed`);
    return true;
  }

  find(id: string): Measurement | null {
    return this.state.get().items.find((item) => item.id === id) ?? null;
  }

  private add(kind: MeasurementKind, points: readonly Place[]): void {
    const after = { id: crypto.randomUUID(), kind, points, madeAt: Date.now() };
    this.apply({ before: null, after });
    this.record({ before: null, after });
    this.tell(after);
    if (kind === 'point') this.options.onValuesWanted?.();
    if (kind !== 'note' && kind !== 'calibration') return;
    this.state.set({ writing: after.id });
    this.options.onWrite?.();
  }

  private tell(item: Measurement): void {
    const pixel = this.pixel();
    if (!pixel) return;
    const { values } = this.state.get();
    const words = [kindRow(item.kind).title, valueWords(item, pixel, valueAt(values))].join(' ');
    this.options.announce([words, doubt(item, pixel)].filter(Boolean).join('; '));
  }

  private record(change: Change): void {
    this.options.stack.push(this.stepOf(() => change));
  }

  /** of: what is changed, and how; the same at once again is the same step. */
  private recordMerged(change: Change, of: string): void {
    if (this.merged?.of === of && this.options.stack.newest === this.merged.step) {
      this.merged.change = { before: this.merged.change.before, after: change.after };
      return this.options.stack.forgetUndone();
    }
    const step = this.stepOf(() => merged.change);
    const merged = { step, of, change };
    this.merged = merged;
    this.options.stack.push(step);
  }

  private stepOf(change: () => Change): UndoStep {
    const { announce } = this.options;
    const done = (words: string): void => {
      const { before, after } = change();
      const kind = (before ?? after)?.kind;
      announce(`${kind ? kindRow(kind).title : ''} ${words}`);
    };
    return {
      undo: () => {
        const { before, after } = change();
        this.apply({ before: after, after: before });
        done('taken back');
      },
      redo: () => {
        this.apply(change());
        done('done again');
      },
    };
  }

  /** Makes it so, in the page and in the browser's storage. */
  private apply({ before, after }: Change): void {
    if (after) {
      this.show(after);
      this.keep(after);
      this.select({ id: after.id, handle: null });
      return;
    }
    if (!before) return;
    this.touched.add(before.id);
    const { items, selected } = this.state.get();
    this.state.set({ items: items.filter(({ id }) => id !== before.id), selected: selected?.id === before.id ? null : selected });
    this.inTurn(before.id, () => this.options.storage.remove(this.options.owner, before.id));
  }

  private show(item: Measurement): void {
    this.touched.add(item.id);
    const { items } = this.state.get();
    const isNew = !items.some(({ id }) => id === item.id);
    const shown = isNew ? [...items, item] : items.map((one) => (one.id === item.id ? item : one));
    this.state.set({ items: shown.sort((a, b) => a.madeAt - b.madeAt) });
  }

  private keep(item: Measurement): void {
    this.inTurn(item.id, () => this.options.storage.put({ ...this.options.owner, ...item }));
  }

  /** One after the other, so that an older state never lands on a newer one. */
  private inTurn(id: string, work: () => Promise<void>): void {
    this.last = this.last
      .then(work)
      .then(
        () => void this.unkept.delete(id),
        () => void this.unkept.add(id),
      )
      .then(() => this.state.set({ problem: this.unkept.size ? UNKEPT : null }));
  }
}
