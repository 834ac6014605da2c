import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OwnKeys } from '../api/schema';
import { USUAL_KEYS, keyFile } from '../keys/key_file';
import { KEY_TABLE } from '../keys/key_table';
import { LIST_ROWS } from '../keys/list_rows';
import { KeySettings } from './key_settings';

const TABLE = [...LIST_ROWS, ...KEY_TABLE];
let sent: unknown[];
let stored: OwnKeys;
let status: number;
let settings: KeySettings;

beforeEach(async () => {
  sent = [];
  status = 200;
  vi.stubGlobal('document', { cookie: '' });
  stored = USUAL_KEYS;
  vi.stubGlobal('fetch', (_path: string, init: RequestInit) => {
    if (init.method !== 'PUT') return Promise.resolve(new Response(JSON.stringify(stored), { status: 200 }));
    const body = JSON.parse(init.body as string) as OwnKeys;
    sent.push(body);
    if (status === 200) stored = body;
    return Promise.resolve(new Response(JSON.stringify(status === 200 ? body : { code: 'x', text: 'no room' }), { status }));
  });
  settings = new KeySettings(TABLE, '');
  await settings.open();
});
afterEach(() => vi.unstubAllGlobals());

const now = () => settings.state.get();
const settled = () => vi.waitFor(() => expect(now().message).not.toBe(''));

describe('the settings of keys', () => {
  it('take a free key and save it', async () => {
    settings.ask('agree');
    settings.press('shift+b');
    await settled();
    expect(sent).toEqual([{ ...USUAL_KEYS, keys: { agree: ['shift+b'] } }]);
    expect(now()).toMatchObject({ asked: null, message: '⇧B is taken; saved', isProblem: false });
  });

  it('offer a key that another action has, and exchange the two only when told', async () => {
    settings.ask('agree');
    settings.press('x');
    expect(now().offered).toMatchObject({ id: 'agree', key: 'x', isExchangeable: true });
    expect(sent).toEqual([]);
    settings.exchange();
    await settled();
    expect(sent).toEqual([{ ...USUAL_KEYS, keys: { agree: ['x'], disagree: ['y'] } }]);
  });

  it('give an action all of its usual keys back', async () => {
    settings.ask('delete');
    settings.press('shift+b');
    settings.usual('delete');
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[1]).toEqual(USUAL_KEYS);
  });

  it('say what the browser has for a key, and refuse one that nobody can use', async () => {
    settings.ask('agree');
    settings.press('Tab');
    expect(now()).toMatchObject({ asked: 'agree', isProblem: true });
    settings.press('ctrl+w');
    await vi.waitFor(() => expect(now().message).toContain('do not ask the page'));
  });

  it('keep what was where a file is wrong', () => {
    settings.read('{"format": "sightline-keys", "version": 9}');
    expect(now().message).toContain('Your keys stay as they are');
    expect([now().choices, sent]).toEqual([USUAL_KEYS, []]);
  });

  it('take a file, and go back to the usual keys', async () => {
    settings.read(keyFile(TABLE, { ...USUAL_KEYS, keys: { agree: ['shift+b'] } }));
    await settled();
    settings.reset();
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(sent).toEqual([{ ...USUAL_KEYS, keys: { agree: ['shift+b'] } }, USUAL_KEYS]);
  });

  it('go back and say so where the server does not take them', async () => {
    status = 507;
    settings.ask('agree');
    settings.press('shift+b');
    await vi.waitFor(() => expect(now().message).toBe('Not saved: no room. Your keys stay as they were.'));
    expect(now().choices).toEqual(USUAL_KEYS);
  });

  it('go back to what the server has, past others that it did not take', async () => {
    status = 507;
    for (const key of ['shift+b', 'shift+z']) {
      settings.ask('agree');
      settings.press(key);
    }
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    await vi.waitFor(() => expect(now().choices).toEqual(USUAL_KEYS));
  });

  it('change nothing else than what is changed: another tab may have changed the rest', async () => {
    const elsewhere = { ...USUAL_KEYS, keys: { agree: ['shift+b'] }, buttons: { ...USUAL_KEYS.buttons, window_gain: 'fast' as const } };
    stored = elsewhere;
    settings.button({ wheel: 'cases' });
    await settled();
    const both = { ...elsewhere, buttons: { ...elsewhere.buttons, wheel: 'cases' } };
    expect([sent, now().choices]).toEqual([[both], both]);
    settings.ask('disagree');
    settings.press('shift+z');
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[1]).toEqual({ ...both, keys: { agree: ['shift+b'], disagree: ['shift+z'] } });
  });

  it('refuse a key that another tab has given away meanwhile, and show what is stored', async () => {
    stored = { ...USUAL_KEYS, keys: { agree: ['shift+b'] } };
    settings.ask('disagree');
    settings.press('shift+b');
    await settled();
    expect(now().message).toMatch(/^Not saved: your keys were changed elsewhere meanwhile, and ⇧B would be “.*Your keys stay as they were/);
    expect([now().isProblem, now().choices, sent]).toEqual([true, stored, []]);
  });

  it('exchange a key with whichever action has it by then', async () => {
    settings.ask('agree');
    settings.press('x');
    stored = { ...USUAL_KEYS, keys: { disagree: ['shift+z'] } };
    settings.exchange();
    await settled();
    expect(sent).toEqual([{ ...USUAL_KEYS, keys: { agree: ['x'], disagree: ['shift+z'] } }]);
  });
});
