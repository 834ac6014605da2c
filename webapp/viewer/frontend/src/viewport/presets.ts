/** Choosing a window by the key of its preset, and the windows that only the file itself stores. */
import type { HeaderDocument, PresetItem } from '../api/documents';
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

/** Key of the file's own window (docs/pixels.md, section 5). */
export const AS_ACQUIRED = 1;

/**
 * Index of the preset that opens the image: the one that is wanted, by name and, where one is told, by key, if this image has it;
 * otherwise the image's own: then `announce` is told which is missing.
 */
export function openingPreset(
  header: Pick<HeaderDocument, 'presets' | 'opening'>,
  wanted: (Pick<PresetItem, 'name'> & Partial<Pick<PresetItem, 'key'>>) | null,
  announce: (text: string) => void,
): number {
  if (!wanted) return header.opening;
  const { key, name } = wanted;
  const index = header.presets.findIndex((preset) => preset.name === name && (key === undefined || preset.key === key));
  if (index >= 0) return index;
  announce(`this image has no window ${name}: ${header.presets[header.opening]?.name ?? 'the full range'} is shown`);
  return header.opening;
}
