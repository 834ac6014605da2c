import { describe, expect, it, vi } from 'vitest';
import { KEY_TABLE } from '../keys/key_table';
import { PRESET_KEYS } from '../keys/preset_keys';
import { STUDY_KEYS } from '../study/study_keys';
import { VOTE_KEYS } from '../truth/vote_keys';
import type { ViewportController } from './controller';
import { choosePreset, openingPreset } from './presets';

const preset = (key: number) => ({ key, name: `preset ${key}`, lower: 0, upper: 1, frame: 'linear' });
const PRESETS = [preset(1), preset(7), preset(6)];

function controllerOf() {
  const applyPreset = vi.fn(() => Promise.resolve());
  const controller = { header: Promise.resolve({ presets: PRESETS }), applyPreset };
  return { applyPreset, controller: controller as unknown as ViewportController };
}

describe('a window preset', () => {
  it.each([
    [7, PRESETS[1], 1],
    [6, PRESETS[2], 2],
  ])('is chosen by the key %i that the server gave it, wherever it stands in the list', async (key, wanted, place) => {
    const { controller, applyPreset } = controllerOf();
    await choosePreset(controller, key);
    expect(applyPreset).toHaveBeenCalledExactlyOnceWith(wanted, place);
  });

  it('does nothing for a key that no preset has', async () => {
    const { controller, applyPreset } = controllerOf();
    await choosePreset(controller, 2);
    expect(applyPreset).not.toHaveBeenCalled();
  });

  it.each([
    ['reading page', KEY_TABLE],
    ['study', STUDY_KEYS],
    ['voting page', VOTE_KEYS],
  ])('has the same keys on the %s, and no other row has them', (_page, table) => {
    const rows = table.filter((row) => row.combinations.some((key) => /^[1-9]$/.test(key)));
    expect(rows.map(({ id, shown, action, combinations }) => ({ id, shown, action, combinations }))).toEqual([
      { id: 'preset', ...PRESET_KEYS },
    ]);
  });
});

describe('the preset that opens an image', () => {
  const named = (key: number, name: string) => ({ ...preset(key), name });
  const header = { presets: [named(1, 'As acquired'), named(2, 'Auto'), named(3, 'Lungs')], opening: 1 };

  it('is the image’s own where none is kept, and the kept one where the image has it', () => {
    const said: string[] = [];
    expect(openingPreset(header, null, (text) => said.push(text))).toBe(1);
    expect(openingPreset(header, { key: 3, name: 'Lungs' }, (text) => said.push(text))).toBe(2);
    expect(said).toEqual([]);
  });

  it('is the one that a rule names, whatever its key', () => {
    expect(openingPreset(header, { name: 'Lungs' }, () => undefined)).toBe(2);
    const said: string[] = [];
    expect(openingPreset(header, { name: 'Mediastinum' }, (text) => said.push(text))).toBe(1);
    expect(said).toEqual(['this image has no window Mediastinum: Auto is shown']);
  });

  it('is the image’s own where the kept one is missing or means something else, and that is said', () => {
    for (const kept of [{ key: 4, name: 'Mediastinum' }, { key: 3, name: 'Mediastinum' }]) {
      const said: string[] = [];
      expect(openingPreset(header, kept, (text) => said.push(text))).toBe(1);
      expect(said).toEqual(['this image has no window Mediastinum: Auto is shown']);
    }
  });
});
