/**
 * Window maths in samples: lower and upper are the samples shown black and white. Values (what the reader sees as
 * centre and width) are slope * sample + intercept; the slope is negative for inverted images.
 */
import type { HeaderDocument, PresetItem } from '../api/documents';

export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** A drag over the whole canvas height changes the width by this factor of itself. */
const DRAG_GAIN = 1.5;
const NARROWEST_SAMPLES = 1;

/** Window after a drag of (dx, dy) CSS px: right widens, down darkens; the gain follows the present width, times `gain`. */
export function draggedBounds(bounds: Bounds, dx: number, dy: number, canvasHeight: number, gain = 1): Bounds {
  const width = bounds.upper - bounds.lower;
  const step = (gain * DRAG_GAIN * Math.max(width, NARROWEST_SAMPLES)) / canvasHeight;
  const newWidth = Math.max(NARROWEST_SAMPLES, width + dx * step);
  const centre = (bounds.lower + bounds.upper) / 2 + dy * step;
  return { lower: centre - newWidth / 2, upper: centre + newWidth / 2 };
}

/** Centre and width in values, by the LINEAR rule (PS3.3 C.11.2.1.2.1: the width counts both ends) for integer values. */
export function centreAndWidth(bounds: Bounds, value: HeaderDocument['value']): { centre: number; width: number } {
  const a = value.slope * bounds.lower + value.intercept;
  const b = value.slope * bounds.upper + value.intercept;
  const countsBothEnds = Math.abs(value.slope) === 1;
  return {
    centre: (a + b) / 2 + (countsBothEnds ? 0.5 : 0),
    width: Math.abs(b - a) + (countsBothEnds ? 1 : 0),
  };
}

/** Whole numbers from 10 up, otherwise three significant digits. */
export function windowNumber(value: number): string {
  return Math.abs(value) >= 10 || value === 0 ? String(Math.round(value)) : Number(value.toPrecision(3)).toString();
}

export const LINEAR_FRAME = 'linear';
/** The frame with its local contrast raised. */
export const ENHANCED_FRAME = 'enhanced';

/** What is said of a frame that a drag leaves for a linear window, and the name of that window. */
export const leftBehind = (frame: string): { readonly said: string; readonly name: string } =>
  frame === ENHANCED_FRAME
    ? { said: 'enhanced picture off, linear window', name: 'linear' }
    : { said: 'lookup table off, linear window', name: 'LUT off, linear' };

/** Bounds on the linear frame nearest to a preset shown through a lookup table or sigmoid frame. */
export function linearBounds(preset: PresetItem, header: HeaderDocument): Bounds {
  if (preset.frame === LINEAR_FRAME) return { lower: preset.lower, upper: preset.upper };
  const item = header.voi.find((voi) => voi.frame === preset.frame);
  if (item?.linear_lower != null && item.linear_upper != null) {
    return { lower: item.linear_lower, upper: item.linear_upper };
  }
  const automatic = header.presets.find((other) => other.frame === LINEAR_FRAME);
  return automatic
    ? { lower: automatic.lower, upper: automatic.upper }
    : { lower: header.sample_min, upper: header.sample_max };
}

/** VOI items beyond the first, offered by shift + click on "As acquired". */
export function furtherPresets(header: HeaderDocument): PresetItem[] {
  return header.voi.slice(1).map((voi) => ({
    key: 1,
    name: voi.explanation || `As acquired, item ${voi.index + 1}`,
    lower: voi.lower,
    upper: voi.upper,
    frame: voi.frame,
    center: voi.center,
    width: voi.width,
  }));
}

/** The preset of a picture for which the server offers none. */
export function fullRange(header: HeaderDocument): PresetItem {
  return { key: 6, name: 'Full range', frame: LINEAR_FRAME, lower: header.sample_min, upper: header.sample_max };
}
