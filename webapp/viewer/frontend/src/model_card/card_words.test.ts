import { describe, expect, it } from 'vitest';
import type { ComparisonDocument, PredictionDocument, ReproductionDocument } from '../api/schema';
import { comparisonText, latencyText, outcomeText, smallNumber } from './card_words';

const compared: ComparisonDocument = {
  what: 'numbers',
  title: 'numbers and intervals',
  largest: 3.24e-8,
  tolerance: 0.000471,
  is_within: true,
  note: '',
};
const row = (change: Partial<ReproductionDocument>): ReproductionDocument => ({
  id: 'r',
  state: 'succeeded',
  asked_by: 'rose',
  provider: 'CPUExecutionProvider',
  comparisons: [compared],
  is_within: true,
  waiting_for: '',
  error: null,
  created_at: '2026-11-30T07:22:00',
  finished_at: '2026-11-30T07:22:03',
  ...change,
});
const result = (started: string | null, finished: string | null) =>
  ({ created_at: '2026-11-30T07:00:00Z', started_at: started, finished_at: finished }) as PredictionDocument;

describe('the card of the model', () => {
  it('says how long the result took, and that it is not kept', () => {
    expect(latencyText(result('2026-11-30T07:00:01Z', '2026-11-30T07:00:01.400Z'))).toBe(
      '0.4 s, with its reading and writing; 1.4 s after it was asked for',
    );
    expect(latencyText(result(null, '2026-11-30T07:02:00Z'))).toBe('120 s after it was asked for');
    expect(latencyText(result(null, null))).toBe('not kept');
  });

  it('states the difference beside the tolerance', () => {
    expect(comparisonText(compared)).toBe('numbers and intervals: largest difference 3.2e-8, within 4.7e-4');
    expect(comparisonText({ ...compared, largest: 0.0123, is_within: false })).toContain('.012, more than 4.7e-4');
    expect(comparisonText({ ...compared, largest: null, tolerance: null, note: 'the map is gone' })).toBe(
      'numbers and intervals: the map is gone',
    );
    expect([0, 0.5, 0.001, 12.34].map(smallNumber)).toEqual(['0', '.5', '.001', '12']);
  });

  it('says how a run ended, with date and person', () => {
    expect(outcomeText(row({}))).toBe('Reproduced: run again on 2026-11-30 07:22 for rose, CPU.');
    expect(outcomeText(row({ is_within: false }))).toMatch(/^Not reproduced: run again on 2026-11-30/);
    expect(outcomeText(row({ state: 'failed', error: { code: 'x', text: 'The frame is gone.' } }))).toBe(
      'Not run again (2026-11-30 07:22 for rose): The frame is gone.',
    );
    expect(outcomeText(row({ state: 'queued', waiting_for: 'waiting: no model' }))).toBe('waiting: no model');
    expect(outcomeText(row({ state: 'running' }))).toBe('the model runs again…');
  });
});
