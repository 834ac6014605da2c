import { describe, expect, it } from 'vitest';
import type { DicomHeaderRow } from '../api/schema';
import { countText, foundRows, remarkOf } from './header_rows';

function row(depth: number, tag: string, name: string, vr: string, value: string, change: Partial<DicomHeaderRow> = {}): DicomHeaderRow {
  return { depth, tag, name, vr, value, bytes: value.length, is_cut: false, is_private: false, ...change };
}

const ROWS = [
  row(0, '(0010,0010)', 'Patient’s Name', 'PN', 'Doe^Jane'),
  row(0, '(0054,0220)', 'View Code Sequence', 'SQ', ''),
  row(1, '(FFFE,E000)', 'Item 1', '', ''),
  row(2, '(0008,0100)', 'Code Value', 'SH', 'R-10206'),
  row(2, '(0008,0104)', 'Code Meaning', 'LO', 'postero-anterior'),
  row(0, '(0028,0010)', 'Rows', 'US', '2500'),
];

const tags = (search: string): string[] => foundRows(ROWS, search).map(({ tag }) => tag);

describe('the search in a DICOM header', () => {
  it('looks in tag, name, VR and value, whatever the case', () => {
    expect(tags('jane')).toEqual(['(0010,0010)']);
    expect(tags('00100010')).toEqual(['(0010,0010)']);
    expect(tags('0028,0010')).toEqual(['(0028,0010)']);
    expect(tags('rows us')).toEqual(['(0028,0010)']);
    expect(tags('  ')).toHaveLength(ROWS.length);
    expect(tags('nothing like it')).toEqual([]);
  });

  it('keeps the sequence and the item of what it finds, and no sibling', () => {
    expect(tags('postero')).toEqual(['(0054,0220)', '(FFFE,E000)', '(0008,0104)']);
  });

  it('does not take an earlier sequence for that of a later element', () => {
    expect(tags('2500')).toEqual(['(0028,0010)']);
  });

  it('counts elements, items left out', () => {
    expect(countText(ROWS, ROWS)).toBe('5 elements');
    expect(countText(foundRows(ROWS, 'postero'), ROWS)).toBe('2 of 5 elements');
  });
});

describe('what stands beside a value', () => {
  it('says how long a cut one is, and what an empty one is', () => {
    expect(remarkOf(row(0, '', '', 'UT', 'x', { is_cut: true, bytes: 10240 }))).toBe('… cut: 10,240 bytes in all');
    expect(remarkOf(row(0, '', '', 'LO', ''))).toBe('empty');
    expect(remarkOf(row(0, '', '', 'SQ', ''))).toBe('');
    expect(remarkOf(row(1, '', 'Item 1', '', ''))).toBe('');
    expect(remarkOf(row(0, '', '', 'LO', 'x'))).toBe('');
  });
});
