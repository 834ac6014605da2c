import { describe, expect, it } from 'vitest';
import { ActiveTime, IDLE_MS } from './active_time';
import { emptyBody, missingIn, withAnswer, withCoding, withMark, withRating, withoutMark } from './answer_body';
import type { ReadingForm, StudyMark } from './documents';
import { EventLog } from './event_log';
import { advanced, redone, startOf, undone } from './history';

const FORM: ReadingForm = {
  findings: [{ code: 'op', label: 'Opacity', scale: '1-5', min: 1, max: 5, keys: {}, order: 0 }],
  questions: [
    { code: 'q', label: 'Image quality', type: 'choice', required: true, options: ['good', 'poor'] },
    { code: 'r', label: 'Remark', type: 'text', required: false, options: [] },
  ],
  actions: ['none', 'ct'],
  marks: ['box'],
  inadequate: true,
  comment: true, enhanced: false,
};
const MARK: StudyMark = {
  key: 'm',
  finding: 'op',
  shape: 'box',
  x: 1,
  y: 2,
  w: 3,
  h: 4,
  rating: null,
  first_drawn_ms: 900,
};
const READING = { form: FORM, stage: 'unaided' as const, items: [] };

describe('an answer', () => {
  it('names what it lacks in the words of the form', () => {
    const empty = emptyBody(FORM);
    expect(missingIn(empty, READING)).toEqual(['rating of Opacity', 'Image quality']);
    const rated = withRating(empty, 'op', { rating: 4 });
    expect(missingIn(rated, READING)).toEqual(['action for Opacity', 'Image quality']);
    const full = withAnswer(withRating(rated, 'op', { action: 'ct' }), 'q', 'good');
    expect(missingIn(full, READING)).toEqual([]);
    const marked = withMark(withMark(full, { ...MARK, rating: 3 }), { ...MARK, key: 'second' });
    expect(missingIn(marked, READING)).toEqual(['confidence of mark 2']);
    expect(missingIn(withAnswer(full, 'q', null), READING)).toEqual(['Image quality']);
  });

  it('needs only the reason when the image cannot be read', () => {
    expect(missingIn({ ...emptyBody(FORM), inadequate: 'cut off' }, READING)).toEqual([]);
  });

  it('keeps when the first mark was drawn, also after it is removed', () => {
    const marked = withMark(emptyBody(FORM), MARK);
    const moved = withMark(marked, { ...MARK, x: 9 });
    expect(moved.marks).toEqual([{ ...MARK, x: 9 }]);
    expect(withoutMark(moved, 'm')).toMatchObject({ marks: [], first_mark_ms: 900 });
    const second = { ...MARK, key: 'second', first_drawn_ms: 5000 };
    expect(withMark(marked, second)).toMatchObject({ marks: [MARK, second], first_mark_ms: 900 });
  });

  it('asks site, cause, severity and confidence of every failure', () => {
    const item = {
      id: 'i',
      finding: 'op',
      outcome: 'FP',
      predicted_boxes: [],
      truth_boxes: [],
      probability: null,
      threshold: null,
    };
    const coding = { form: FORM, stage: 'coding' as const, items: [item] };
    expect(missingIn(emptyBody(FORM), coding)).toEqual(['failure 1: site, cause, severity, confidence']);
    const done = withCoding(emptyBody(FORM), {
      item: 'i',
      outcome: 'FP',
      site: 'HIL',
      laterality: 'R',
      cause: 'NRM',
      severity: 0,
      region: null,
      confidence: 4,
      note: '',
    });
    expect(missingIn(done, coding)).toEqual([]);
  });

  it('undoes and redoes', () => {
    const two = advanced(advanced(startOf(0), 1), 2);
    const back = undone(two);
    expect(back?.now).toBe(1);
    expect(redone(back ?? two)?.now).toBe(2);
    expect(undone(startOf(0))).toBeNull();
    expect(redone(advanced(back ?? two, 5))).toBeNull();
  });
});

describe('active time', () => {
  it('counts what is visible and leaves out silence of more than a minute', () => {
    let now = 0;
    const time = new ActiveTime(() => now);
    time.touch();
    now = 10_000;
    time.touch();
    expect(time.ms).toBe(10_000);
    now = 10_000 + IDLE_MS + 1; // silent for more than a minute: counts until the last input
    expect(time.ms).toBe(10_000);
    time.touch();
    now += 5_000;
    time.stop(); // hidden
    now += 60_000;
    expect(time.ms).toBe(15_000);
    time.touch();
    now += 1_000;
    expect(time.ms).toBe(16_000);
  });
});

describe('interaction events', () => {
  it('are numbered and sent again after a failure', async () => {
    const batches: number[][] = [];
    let fails = true;
    const log = new EventLog(
      (events) => {
        batches.push(events.map((event) => event.seq));
        return fails ? Promise.reject(new Error('offline')) : Promise.resolve();
      },
      () => 5,
    );
    log.add('open');
    log.add('zoom', { zoom: 2 });
    await log.flush();
    fails = false;
    log.add('lock');
    await log.flush();
    expect(batches).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
  });
});
