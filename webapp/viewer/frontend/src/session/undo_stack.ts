/** What was done on a case, in order, whichever part of the page did it: the last thing is taken back first. */

export interface UndoStep {
  /** False: it is refused for now, in words of its own, and stays the newest. */
  readonly undo: () => unknown;
  /** null: what was given for good is given anew, not again. */
  readonly redo: (() => void) | null;
  /** It can no longer be taken back, and is passed by. */
  readonly isOver?: () => boolean;
}

const DEPTH = 100;

export class UndoStack {
  private readonly done: UndoStep[] = [];
  private undone: UndoStep[] = [];
  private isFull = false;

  get newest(): UndoStep | null {
    return this.done.at(-1) ?? null;
  }

  /** More was done than is kept: what lies further back is not to be taken back. */
  get isCut(): boolean {
    return this.isFull;
  }

  push(step: UndoStep): void {
    this.done.push(step);
    if (this.done.length > DEPTH) {
      this.done.shift();
      this.isFull = true;
    }
    this.forgetUndone();
  }

  /** Something else was done: nothing is done again. */
  forgetUndone(): void {
    this.undone = [];
  }

  /** False when there is nothing to take back. */
  undo(): boolean {
    const step = this.done.pop();
    if (!step) return false;
    if (step.isOver?.()) return this.undo();
    if (step.undo() === false) this.done.push(step);
    else if (step.redo) this.undone.push(step);
    return true;
  }

  /** False when nothing was taken back that can be done again. */
  redo(): boolean {
    const step = this.undone.pop();
    if (!step?.redo) return false;
    this.done.push(step);
    step.redo();
    return true;
  }
}
