/** The settings of keys and mouse buttons: what is chosen, saved at once, and never taken where it would mean two things. */
import type { OwnKeys } from '../api/schema';
import { RequestError, getJson, sendJson } from '../api/request';
import { shownKeys } from '../keys/combination';
import { conflictText, conflictsOf, exchanged, warningOf, whyNoKey, withKeyOf } from '../keys/key_check';
import { USUAL_KEYS, keyFile, readKeyFile } from '../keys/key_file';
import { scopeOf } from '../keys/key_row';
import type { Buttons } from '../keys/own_buttons';
import type { KeysById, TableRow } from '../keys/own_keys';
import { createStore } from '../state/store';

export const ADDRESS = '/api/me/keys/';

export interface KeySettingsState {
  /** null until they have come. */
  readonly choices: OwnKeys | null;
  /** The action that waits for its key. */
  readonly asked: string | null;
  /** A key that another action has: it was asked for `id`, and stays there unless it is said otherwise. */
  readonly offered: { readonly id: string; readonly key: string; readonly text: string; readonly isExchangeable: boolean } | null;
  readonly message: string;
  readonly isProblem: boolean;
}

type Change = (now: OwnKeys) => OwnKeys;

export class KeySettings {
  readonly state = createStore<KeySettingsState>({ choices: null, asked: null, offered: null, message: '', isProblem: false });
  /** What the server has. */
  private stored: OwnKeys | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly table: readonly TableRow[],
    private readonly csrf: string,
  ) {}

  async open(): Promise<void> {
    try {
      this.stored = await getJson<OwnKeys>(ADDRESS);
      this.state.set({ choices: this.stored });
    } catch (error) {
      this.say(`Your keys could not be loaded: ${sentence(error)}.`, true);
    }
  }

  ask(id: string | null): void {
    this.state.set({ asked: id, offered: null });
  }

  /** A key was pressed for the action that waits for one. all: the keys that it then has. */
  press(key: string, all: readonly string[] = [key]): void {
    const { asked, choices } = this.state.get();
    const row = this.table.find(({ id }) => id === asked);
    if (!row || !choices) return;
    const why = whyNoKey(key, scopeOf(row));
    if (why) return this.say(`${why}.`, true);
    const keys = withKeyOf(this.table, choices.keys, row.id, all);
    const conflict = conflictsOf(this.table, keys).find(({ key: taken, one, other }) => all.includes(taken) && [one.id, other.id].includes(row.id));
    if (conflict) {
      const isExchangeable = exchanged(this.table, choices.keys, row.id, conflict.key) !== null;
      this.state.set({ asked: null, offered: { id: row.id, key: conflict.key, text: conflictText(conflict), isExchangeable } });
      return;
    }
    this.take((now) => withKeyOf(this.table, now, row.id, all), key);
  }

  /** The offered key goes over to the action; the one that had it gets what the action had. */
  exchange(): void {
    const { offered, choices } = this.state.get();
    if (!offered || !choices) return;
    const { id, key } = offered;
    this.take((now) => exchanged(this.table, now, id, key) ?? withKeyOf(this.table, now, id, [key]), key);
  }

  /** Puts one action back to its usual keys. One of them may be another's by now: then it is offered. */
  usual(id: string): void {
    const keys = this.table.find((row) => row.id === id)?.combinations ?? [];
    if (!keys[0]) return;
    this.ask(id);
    this.press(keys[0], keys);
  }

  clear(id: string): void {
    if (this.state.get().choices) void this.save(withKeys((now) => withKeyOf(this.table, now, id, [])), 'this action has no key now');
  }

  button(change: Partial<Buttons>): void {
    if (this.state.get().choices) void this.save((now) => ({ ...now, buttons: { ...now.buttons, ...change } }), '');
  }

  preset(name: string, choices: OwnKeys): void {
    const conflict = conflictsOf(this.table, choices.keys)[0];
    if (conflict) return this.say(`${name} is not taken: ${conflictText(conflict)}.`, true);
    void this.save(() => choices, `${name} is in force`);
  }

  reset(): void {
    void this.save(() => USUAL_KEYS, 'the usual keys are back');
  }

  file(): string | null {
    const { choices } = this.state.get();
    return choices && keyFile(this.table, choices);
  }

  /** Takes a map that was exported, here or elsewhere. One that cannot be taken changes nothing. */
  read(text: string): void {
    const found = readKeyFile(text, this.table);
    if ('problem' in found) return this.say(`The map is not taken: ${found.problem}. Your keys stay as they are.`, true);
    void this.save(() => found.choices, ['the map is taken', ...found.notes].join('; '));
  }

  private take(change: (now: KeysById) => KeysById, key: string): void {
    if (!this.state.get().choices) return;
    void this.save(withKeys(change), warningOf(key) ?? `${shownKeys([key])} is taken`);
  }

  /**
   * One after the other, as they were made, each a change of what the server has by then: another tab may have changed something
   * else. One that is not taken leaves what the server has.
   */
  private save(change: Change, text: string): Promise<void> {
    const shown = change(this.state.get().choices ?? USUAL_KEYS);
    this.state.set({ choices: shown, asked: null, offered: null });
    const sent = this.last.then(async () => {
      try {
        const now = (this.stored = await getJson<OwnKeys>(ADDRESS));
        const choices = change(now);
        const conflict = this.newConflict(now.keys, choices.keys);
        if (conflict) throw new RequestError(0, 'conflict', `your keys were changed elsewhere meanwhile, and ${conflict}`);
        await sendJson<OwnKeys>('PUT', ADDRESS, choices, this.csrf);
        this.stored = choices;
        if (this.state.get().choices === shown) this.state.set({ choices });
        this.say([text, 'saved'].filter(Boolean).join('; '), false);
      } catch (error) {
        if (this.state.get().choices === shown) this.state.set({ choices: this.stored });
        this.say(`Not saved: ${sentence(error)}. Your keys stay as they were.`, true);
      }
    });
    this.last = sent;
    return sent;
  }

  /** In words, a key that two actions would have after a change and not before it. */
  private newConflict(before: KeysById, after: KeysById): string | undefined {
    const known = conflictsOf(this.table, before).map(conflictText);
    return conflictsOf(this.table, after).map(conflictText).find((text) => !known.includes(text));
  }

  private say(message: string, isProblem: boolean): void {
    this.state.set({ message, isProblem });
  }
}

const withKeys =
  (change: (now: KeysById) => KeysById): Change =>
  (now) => ({ ...now, keys: change(now.keys) });

const sentence = (error: unknown): string => (error instanceof RequestError ? error.text : String(error)).replace(/\.$/, '');
