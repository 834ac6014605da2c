/** Where a key acts: on the reading page, or on lists of cases. An open form listens to the keys of its page, too. */
export type KeyScope = 'reading' | 'list';

export const scopeOf = (row: { readonly scope?: KeyScope }): KeyScope => row.scope ?? 'reading';

/** One key of a page: the handler, the key sheet and the hints on the buttons read the same row. */
export interface KeyRow<Session> {
  readonly id: string;
  /** Modifiers and key: `shift+1`, `ctrl+z`, `alt+ArrowLeft`, `?`. */
  readonly combinations: readonly string[];
  /** Where it acts, where that is not the reading page with its forms. */
  readonly scope?: KeyScope;
  /** Its key says which (a digit, a direction), or is the one way out: nobody gives it another. */
  readonly isFixed?: boolean;
  /** A key that stays down does it once. */
  readonly isOnce?: boolean;
  /** The row of the page whose key this one has, wherever that is. */
  readonly standsFor?: string;
  /** How the sheet and the buttons show it. */
  readonly shown: string;
  readonly group: string;
  readonly action: string;
  run(session: Session, combination: string): void;
}

/** A key that does one thing when tapped and another while it is held. */
export interface HeldKey<Session> {
  readonly key: string;
  hold(session: Session, isHeld: boolean): void;
  tap(session: Session): void;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The four arrows, each with the modifiers of `prefix`. */
export const arrows = (prefix = ''): string[] => Object.keys(ARROWS).map((arrow) => prefix + arrow);

/** Direction of an arrow combination in steps of one. */
export function directionOf(combination: string): [number, number] {
  return ARROWS[combination.split('+').at(-1) ?? ''] ?? [0, 0];
}
