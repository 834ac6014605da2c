/**
 * The keys that the person of this page has given to actions. Pages that take none (those of studies) keep the usual ones.
 *
 * A key given to one action is taken from the action that usually has it, so that no key means two things, however a map and the
 * table of keys came together. Who wants to know it before asks `conflictsOf` (key_check.ts).
 */
import type { OwnKeys } from '../api/schema';
import { shownKeys } from './combination';
import type { HeldKey, KeyRow } from './key_row';
import { scopeOf } from './key_row';

export type TableRow = Pick<KeyRow<never>, 'id' | 'combinations' | 'shown' | 'group' | 'action' | 'scope' | 'isFixed'>;
/** By the id of the row. */
export type KeysById = OwnKeys['keys'];

let own = new Map<string, TableRow>();

/** Takes a person's keys for the rows of `table`, before anything is drawn. Rows that it does not have are passed by. */
export function takeOwnKeys(keys: KeysById, table: readonly TableRow[]): void {
  own = new Map(withKeys(table, keys).map((row) => [row.id, row]));
}

/** The rows of a table under the keys of a person. A fixed row keeps its keys; of one that was given twice the first row has it. */
export function withKeys<Row extends TableRow>(table: readonly Row[], keys: KeysById): readonly Row[] {
  const given = table.filter((row) => isOwn(row, keys));
  const taken: [Row, string][] = table.filter(({ isFixed }) => isFixed).flatMap((row) => row.combinations.map((key): [Row, string] => [row, key]));
  for (const row of given) {
    for (const key of keys[row.id] ?? []) if (!isTaken(row, key, taken)) taken.push([row, key]);
  }
  return table.map((row) => {
    const combinations = isOwn(row, keys)
      ? taken.filter(([owner]) => owner === row).map(([, key]) => key)
      : row.combinations.filter((key) => !isTaken(row, key, taken));
    const isUsual = combinations.join(' ') === row.combinations.join(' ');
    return isUsual ? row : { ...row, combinations, shown: shownKeys(combinations) };
  });
}

const isOwn = (row: TableRow, keys: KeysById): boolean => !row.isFixed && Object.hasOwn(keys, row.id);

const isTaken = (row: TableRow, key: string, taken: readonly [TableRow, string][]): boolean =>
  taken.some(([owner, other]) => other === key && owner.id !== row.id && scopeOf(owner) === scopeOf(row));

/** A table as the person of this page has it. */
export function withOwnKeys<Session>(table: readonly KeyRow<Session>[]): readonly KeyRow<Session>[] {
  return table.map((row) => {
    const { combinations, shown } = own.get(row.standsFor ?? row.id) ?? row;
    return row.combinations === combinations ? row : { ...row, combinations, shown };
  });
}

/** Keys with a second meaning while held go with the row whose usual key they are. */
export function withOwnHeld<Session>(held: readonly HeldKey<Session>[], table: readonly KeyRow<Session>[]): readonly HeldKey<Session>[] {
  return held.flatMap((one) => {
    const row = table.find(({ combinations }) => combinations.includes(one.key));
    const keys = (row && own.get(row.id)?.combinations) ?? [one.key];
    return keys.map((key) => ({ ...one, key }));
  });
}

/** How a button shows the key of the action `id`; `usual` where the person has no other. Empty: it has none. */
export const ownKey = (id: string, usual: string): string => own.get(id)?.shown ?? usual;
