/** Undo and redo over immutable values; only what the reader did is a step, restoring a draft is not. */
export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
}

const LONGEST = 200;

export const startOf = <T>(now: T): History<T> => ({ past: [], now, future: [] });

export function advanced<T>(history: History<T>, now: T): History<T> {
  return { past: [...history.past, history.now].slice(-LONGEST), now, future: [] };
}

/** Replaces the present without a step: a box that is being dragged is one step, not a hundred. */
export const amended = <T>(history: History<T>, now: T): History<T> => ({ ...history, now, future: [] });

export function undone<T>(history: History<T>): History<T> | null {
  const before = history.past.at(-1);
  if (before === undefined) return null;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] };
}

export function redone<T>(history: History<T>): History<T> | null {
  const [after, ...future] = history.future;
  if (after === undefined) return null;
  return { past: [...history.past, history.now], now: after, future };
}
