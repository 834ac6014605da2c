/** Which rows of a DICOM header a search leaves, and what stands for a value. The server has bounded and cleaned all of it. */
import type { DicomHeaderRow } from '../api/schema';

/** Rows that hold every word somewhere, with the sequences and items that they lie in, so that their place can be read. */
export function foundRows(rows: readonly DicomHeaderRow[], search: string): readonly DicomHeaderRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return rows;
  const kept = new Set<DicomHeaderRow>();
  const above: DicomHeaderRow[] = [];
  for (const row of rows) {
    above.length = row.depth;
    above[row.depth] = row;
    const text = textOf(row);
    if (words.every((word) => text.includes(word))) above.forEach((one) => kept.add(one));
  }
  return rows.filter((row) => kept.has(row));
}

/** Tags are found as (0010,0010), 0010,0010 and 00100010. */
function textOf({ tag, name, vr, value }: DicomHeaderRow): string {
  return [tag, tag.replace(/\D/g, ''), name, vr, value].join('\n').toLowerCase();
}

const count = (n: number): string => n.toLocaleString('en');

/** How long a value is that is shown in part, and what an empty one is. */
export function remarkOf({ value, bytes, is_cut: isCut, vr }: DicomHeaderRow): string {
  if (isCut) return `… cut: ${count(bytes)} bytes in all`;
  return value === '' && vr !== 'SQ' && vr !== '' ? 'empty' : '';
}

/** "3 of 84 elements". */
export function countText(shown: readonly DicomHeaderRow[], all: readonly DicomHeaderRow[]): string {
  const elements = (rows: readonly DicomHeaderRow[]): number => rows.filter(({ vr }) => vr !== '').length;
  const [some, total] = [elements(shown), elements(all)];
  return shown.length === all.length ? `${count(total)} elements` : `${count(some)} of ${count(total)} elements`;
}
