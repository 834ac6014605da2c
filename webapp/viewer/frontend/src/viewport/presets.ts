/** Choosing a window by the key of its preset, and the windows that only the file itself stores. */
import type { ViewportController } from './controller';
import { furtherPresets } from './window_level';

/** The preset with this key (`presets[].key` of the header); a key that no preset has does nothing. */
export async function choosePreset(controller: ViewportController, key: number): Promise<void> {
  const { presets } = await controller.header;
  const index = presets.findIndex((preset) => preset.key === key);
  const preset = presets[index];
  if (preset) await controller.applyPreset(preset, index);
}

/** The next stored window or lookup table of the file after the one shown; false when it stores none. */
export async function nextStoredWindow(controller: ViewportController): Promise<boolean> {
  const further = furtherPresets(await controller.header);
  const now = further.findIndex((preset) => preset.name === controller.view.get().presetName);
  const next = further[(now + 1) % Math.max(1, further.length)];
  if (next) await controller.applyPreset(next, null);
  return next !== undefined;
}
