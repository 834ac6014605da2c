import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FindingDocument } from '../api/documents';
import { copiedSentence, copyFinding } from './copy_finding';

const finding = (change: Partial<FindingDocument> = {}): FindingDocument => ({
  key: 'lung_opacity',
  title: 'Lung opacity',
  code: { scheme: 'SCT', value: '128309003', meaning: 'Opacity' },
  probability: 0.81,
  interval: [0.7, 0.88],
  operating_point: { threshold: 0.42, sensitivity: { value: 0.86, ci: [0.76, 0.92], n: 80 }, specificity: { value: 0.81, ci: null, n: 19 } },
  decision: 'positive',
  reason: null,
  boxes: [],
  ...change,
});
const SOURCE = { bundle: '8e49d0e000507899fb20', bundle_name: 'demo-cxr', bundle_version: '1.1.0', finished_at: '2026-11-30T10:00:00Z' };
const IMAGE = '882ffbd0-1111-2222-3333-444444444444';
const END = 'demo-cxr 1.1.0 (8e49d0e00050) on image 882ffbd0, 2026-11-30. Research use only — not for diagnosis.';

describe('the sentence of a finding', () => {
  it.each([
    [{}, 'Lung opacity: .81 (95 % interval .70 to .88); positive, above operating point .42 · sens .86 (.76 to .92, n 80) · spec .81 (few: n 19). '],
    [{ decision: 'uncertain', reason: 'Both stay possible.', interval: null }, 'Lung opacity: uncertain .81; Both stay possible. '],
    [{ decision: 'refused', reason: '8 years old.', probability: null, interval: null }, 'Lung opacity: refused; 8 years old. '],
  ] as [Partial<FindingDocument>, string][])('says word, number, interval and on what it was measured: %j', (change, text) => {
    expect(copiedSentence(finding(change), SOURCE, IMAGE)).toBe(text + END);
  });
});

describe('copying it', () => {
  afterEach(() => vi.unstubAllGlobals());

  const session = (change: object = {}) => {
    const said: string[] = [];
    return {
      said,
      isAiUnseen: () => false,
      selected: () => finding(),
      shown: () => SOURCE,
      boot: { image: { id: IMAGE } },
      announce: (text: string) => void said.push(text),
      ...change,
    };
  };
  const copy = async (page: ReturnType<typeof session>): Promise<string[]> => {
    await copyFinding(page as never);
    return page.said;
  };

  it('puts it on the clipboard and says so', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    expect(await copy(session())).toEqual([`copied: ${copiedSentence(finding(), SOURCE, IMAGE)}`]);
    expect(writeText).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['there is none', {}],
    ['it is refused', { clipboard: { writeText: () => Promise.reject(new Error('denied')) } }],
  ])('says what it would be where %s', async (_, navigator) => {
    vi.stubGlobal('navigator', navigator);
    expect(await copy(session())).toEqual([expect.stringMatching(/^the browser lets this page copy nothing .*Lung opacity: \.81/)]);
  });

  it('copies nothing while the model is hidden, and without a result', async () => {
    vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('must not be asked')) } });
    expect(await copy(session({ isAiUnseen: () => true }))).toEqual([]);
    expect(await copy(session({ shown: () => null }))).toEqual(['no result of the model is here that could be copied']);
  });
});
