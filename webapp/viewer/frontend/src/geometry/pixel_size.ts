/** What a pixel measures, and the word that says how far that may be trusted: lengths, the scale bar and the shape of the picture read it. */
import type { HeaderDocument } from '../api/documents';

/**
 * column, row: extent of a pixel along the rows and along the columns, in `unit`. Without calibration a pixel is as wide as the unit
 * and as high as the file's aspect ratio says.
 */
export interface PixelSize {
  readonly column: number;
  readonly row: number;
  readonly unit: 'mm' | 'px';
  /** `calibrated`, `corrected`, `detector plane` or `uncalibrated`, as the server decides (inference/dicom/pixel_spacing.py). */
  readonly kind: string;
}

/** aspect: of a pixel, vertical to horizontal (PS3.3 C.7.6.3.1.7). */
export function pixelSize({ column_mm, row_mm, aspect, kind }: HeaderDocument['spacing']): PixelSize {
  if (column_mm && row_mm) return { column: column_mm, row: row_mm, unit: 'mm', kind };
  const [vertical, horizontal] = aspect ?? [1, 1];
  return { column: 1, row: vertical / horizontal, unit: 'px', kind };
}

/** The unit with its word: `mm detector plane`, `px uncalibrated`. */
export const unitWords = ({ unit, kind }: Pick<PixelSize, 'unit' | 'kind'>): string => `${unit} ${kind}`;
