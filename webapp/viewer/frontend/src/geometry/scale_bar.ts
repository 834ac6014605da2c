/**
 * Scale bar: the longest round length that fits, with the word that says what the millimetres mean.
 * `corrected`, `detector plane` and `calibrated` are millimetres; an uncalibrated image is measured in pixels.
 */
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

/**
 * cssPerPixel: CSS px per image px along the rows. spacingMm: mm per column step, null when uncalibrated.
 * kind: the calibration word. maxCss: space for the bar.
 */
export function scaleBar(cssPerPixel: number, spacingMm: number | null, kind: string, maxCss: number): ScaleBar {
  const perUnit = spacingMm === null ? cssPerPixel : cssPerPixel / spacingMm;
  const length = roundLength(maxCss / perUnit);
  const unit = spacingMm === null ? 'px' : 'mm';
  return { lengthCss: length * perUnit, label: `${Number(length.toPrecision(3))} ${unit} ${kind}` };
}
