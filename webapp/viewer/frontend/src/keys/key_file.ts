/** A map of keys and mouse buttons as a file: written whole, read with a sentence for whatever is wrong with it. */
import type { OwnKeys } from '../api/schema';
import { conflictText, conflictsOf, whyNoKey } from './key_check';
import { scopeOf } from './key_row';
import { DRAG_TITLES, GAIN_TITLES, USUAL_BUTTONS, WHEEL_TITLES } from './own_buttons';
import type { Buttons } from './own_buttons';
import type { KeysById, TableRow } from './own_keys';
import { withKeys } from './own_keys';

export const FORMAT = 'sightline-keys';
export const VERSION = 1;
export const LONGEST_FILE = 64 * 1024;
const MOST_KEYS = 4;

export const USUAL_KEYS: OwnKeys = { version: VERSION, keys: {}, buttons: USUAL_BUTTONS };

/** What was read; `notes` say what of it is not taken. Or why nothing is. */
export type ReadFile = { readonly choices: OwnKeys; readonly notes: readonly string[] } | { readonly problem: string };

/** Every action with its keys, so that the file means the same where other keys are usual. Nothing in it names a person. */
export function keyFile(table: readonly TableRow[], { keys, buttons }: OwnKeys): string {
  const all = withKeys(table, keys).filter(({ isFixed }) => !isFixed);
  const named = Object.fromEntries(all.map(({ id, combinations }) => [id, combinations]));
  return `${JSON.stringify({ format: FORMAT, version: VERSION, keys: named, buttons }, null, 1)}\n`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isKeyList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= MOST_KEYS && value.every((key) => typeof key === 'string' && key !== '' && key.length <= 40);

export function readKeyFile(text: string, table: readonly TableRow[]): ReadFile {
  if (text.length > LONGEST_FILE) return { problem: `the file is larger than ${LONGEST_FILE / 1024} KiB: it is no map of keys` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'the file is not JSON that can be read' };
  }
  if (!isRecord(value) || value.format !== FORMAT) return { problem: `the file is no map of keys: it lacks "format": "${FORMAT}"` };
  if (typeof value.version !== 'number' || !Number.isInteger(value.version) || value.version < 1)
    return { problem: 'the file does not say which version it is' };
  if (value.version > VERSION)
    return { problem: `the file is of version ${value.version}; this site reads up to ${VERSION}: it comes from a newer one` };
  return fromRecord(value, table);
}

function fromRecord(value: Record<string, unknown>, table: readonly TableRow[]): ReadFile {
  if (!isRecord(value.keys)) return { problem: 'the file has no keys' };
  const rows = new Map(table.map((row) => [row.id, row]));
  const keys: Record<string, readonly string[]> = {};
  const unknown: string[] = [];
  for (const [id, given] of Object.entries(value.keys)) {
    if (!isKeyList(given)) return { problem: `the keys of “${id.slice(0, 40)}” are not a list of at most ${MOST_KEYS} keys` };
    const row = rows.get(id);
    if (!row || row.isFixed) unknown.push(id.slice(0, 40));
    else {
      for (const key of given) {
        const why = whyNoKey(key, scopeOf(row));
        if (why) return { problem: `“${row.action}”: ${why}` };
      }
      keys[id] = given;
    }
  }
  const buttons = readButtons(value.buttons);
  if (typeof buttons === 'string') return { problem: buttons };
  return checked(table, keys, buttons, unknown);
}

function checked(table: readonly TableRow[], keys: KeysById, buttons: Buttons, unknown: readonly string[]): ReadFile {
  // An action that the file does not know is newer than it: it steps back. Two that it knows contradict each other.
  const isMeant = ({ id }: TableRow): boolean => Object.hasOwn(keys, id);
  const conflicts = conflictsOf(table, keys);
  const wrong = conflicts.find(({ one, other }) => (isMeant(one) || one.isFixed) && (isMeant(other) || other.isFixed));
  if (wrong) return { problem: conflictText(wrong) };
  const notes = unknown.length ? [`not known here, and left out: ${unknown.slice(0, 8).join(', ')}${unknown.length > 8 ? ' …' : ''}`] : [];
  for (const { key, one, other } of conflicts) {
    const newer = isMeant(one) ? other : one;
    notes.push(`“${newer.action}” is not in the file, and its usual key ${key} is given to another action: it has none`);
  }
  return { choices: { version: VERSION, keys: changed(table, keys), buttons }, notes };
}

const changed = (table: readonly TableRow[], keys: KeysById): KeysById =>
  Object.fromEntries(
    Object.entries(keys).filter(([id, given]) => table.find((row) => row.id === id)?.combinations.join(' ') !== given.join(' ')),
  );

function readButtons(value: unknown): Buttons | string {
  if (value === undefined) return USUAL_BUTTONS;
  if (!isRecord(value)) return 'the mouse buttons of the file cannot be read';
  const { middle, right, wheel, window_gain } = { ...USUAL_BUTTONS, ...value } as Record<keyof Buttons, unknown>;
  const allowedUses = [['middle', middle, DRAG_TITLES], ['right', right, DRAG_TITLES], ['wheel', wheel, WHEEL_TITLES], ['window_gain', window_gain, GAIN_TITLES]] as const;
  for (const [name, use, allowed] of allowedUses)
    if (typeof use !== 'string' || !Object.hasOwn(allowed, use))
      return `${name} ${JSON.stringify(use).slice(0, 40)} is not one of ${Object.keys(allowed).join(', ')}`;
  return { middle, right, wheel, window_gain } as Buttons;
}
