/** The value of a pixel as readers are told it: slope x sample + intercept, of the linear frame, whatever window or table is shown. */
import type { HeaderDocument } from '../api/documents';
import type { Place } from '../geometry/measures';
import type { ValueAt } from './measurement_words';

export interface PixelValues {
  /** Of the linear frame, row by row. */
  readonly samples: ArrayLike<number>;
  readonly header: Pick<HeaderDocument, 'rows' | 'columns' | 'value'>;
}

/** Rescale Type of values without unit (PS3.3 C.11.1.1.2). */
const UNSPECIFIED = 'US';

/** null outside of the picture, and while the samples are not here. */
export function valueAt(values: PixelValues | null): ValueAt {
  return ({ x, y }: Place) => {
    if (!values) return null;
    const { rows, columns, value } = values.header;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= columns || row >= rows) return null;
    const sample = values.samples[row * columns + column];
    if (sample === undefined) return null;
    const unit = value.unit === UNSPECIFIED ? '' : value.unit;
    return `${Number((value.slope * sample + value.intercept).toPrecision(6))} ${unit}`.trim();
  };
}
