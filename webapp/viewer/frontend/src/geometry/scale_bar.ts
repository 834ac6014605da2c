/** Scale bar: the longest round length that fits, with the word that says what the millimetres mean. */
import type { PixelSize } from './pixel_size';
import { unitWords } from './pixel_size';

export interface ScaleBar {
  readonly lengthCss: number;
  readonly label: string;
}

const STEPS = [1, 2, 5];

/** The largest 1, 2 or 5 times a power of ten that is not above `limit` (> 0). */
export function roundLength(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  const step = STEPS.filter((s) => s * power <= limit * (1 + 1e-9)).at(-1) ?? 1;
  return step * power;
}

/** cssPerPixel: CSS px per image px along the rows. maxCss: space for the bar. */
export function scaleBar(cssPerPixel: number, size: PixelSize, maxCss: number): ScaleBar {
  const perUnit = cssPerPixel / size.column;
  const length = roundLength(maxCss / perUnit);
  return { lengthCss: length * perUnit, label: `${Number(length.toPrecision(3))} ${unitWords(size)}` };
}
