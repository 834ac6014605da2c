import { describe, expect, it, vi } from 'vitest';
import { KEY_TABLE } from '../keys/key_table';
import { PRESET_KEYS } from '../keys/preset_keys';
import { STUDY_KEYS } from '../study/study_keys';
import { VOTE_KEYS } from '../truth/vote_keys';
import type { ViewportController } from './controller';
import { choosePreset } from './presets';

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
