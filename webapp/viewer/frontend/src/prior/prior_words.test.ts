import { describe, expect, it } from 'vitest';
import type { ComparedImage, PriorImages } from '../api/schema';
import { captionOf, dateOf, doubtsOf, factsOf, lackOf, latestOf, missingForLink, summaryOf, titleOf } from './prior_words';

const IMAGE: ComparedImage = {
  id: 'p', code: 'p', study_date: '2025-07-26', study_time: '17:43', interval: '3 months before', days: 111, order: 'earlier',
  same_moment: false, view: 'PA', kind: 'frontal', modality: 'DX', same_by: 'birth_date', remarks: [], warnings: [],
};
const list = (change: Partial<PriorImages>): PriorImages => ({
  image: 'a', priors: [], further: 0, companions: [], problem: null, leaves_out: false, ...change,
});

describe('the banner of an image beside', () => {
  it.each<[Partial<ComparedImage>, string, string]>([
    [{}, 'prior', '2025-07-26 17:43 · 3 months before · PA'],
    [{ study_date: null, interval: '', order: 'not_known', remarks: ['date not stated'] }, 'other image, order not known', 'date not stated · PA · date not stated'],
    [{ interval: 'the same study', kind: 'lateral', view: 'left lateral', order: 'not_known' }, 'lateral, same study', '2025-07-26 17:43 · left lateral'],
    [{ same_by: 'id_alone' }, 'prior', '2025-07-26 17:43 · 3 months before · PA · same patient by ID alone, birth date not stated'],
    [{ same_moment: true, warnings: ['for_processing'] }, 'prior', '2025-07-26 17:43 · 3 months before · PA · same time as the one before it: by arrival · for processing'],
  ])('of %j', (change, title, caption) => {
    const image = { ...IMAGE, ...change };
    expect([titleOf(image), captionOf(image)]).toEqual([title, caption]);
  });

  it('says date, interval and view whole, and doubts apart; an unstated side where the letters are', () => {
    const image = { ...IMAGE, same_by: 'id_alone' as const, warnings: ['side_not_stated'] };
    expect(factsOf(image)).toBe('2025-07-26 17:43 · 3 months before · PA');
    expect(doubtsOf(image)).toEqual(['same patient by ID alone, birth date not stated']);
  });

  it('has a date, or says that there is none', () => {
    expect([dateOf(IMAGE), dateOf({ ...IMAGE, study_time: '' }), dateOf({ ...IMAGE, study_date: null })]).toEqual([
      '2025-07-26 17:43',
      '2025-07-26',
      'date not stated',
    ]);
  });
});

describe('the line on the case', () => {
  const undated = { ...IMAGE, order: 'not_known' as const };
  it.each<[string, PriorImages | null, string | null]>([
    ['looking for earlier images…', null, null],
    ['no prior known', list({}), null],
    ['no prior known · cases of your running studies are left out', list({ leaves_out: true }), null],
    ['prior 3 months before', list({ priors: [IMAGE] }), null],
    ['prior: order not known', list({ priors: [undated] }), null],
    ['no prior known · no ID', list({ problem: { code: 'no_patient_id', text: 'no ID' } }), null],
    ['This case is in a reader study of yours', null, 'This case is in a reader study of yours'],
  ])('says %s', (words, found, problem) => {
    expect(summaryOf(found, problem)).toBe(words);
  });

  it('takes only what is known to be earlier for the latest', () => {
    expect([latestOf(list({ priors: [undated, IMAGE] })), latestOf(list({ priors: [undated] })), latestOf(null)]).toEqual([IMAGE, null, null]);
  });
});

describe('the other view that a rule wants beside', () => {
  const wanted = { isOn: true, opens: 'other_view' as const, list: list({}) };
  const lateral = { ...IMAGE, interval: 'the same study', kind: 'lateral' };
  it.each([
    ['frontal', 'no lateral known in this study'],
    ['lateral', 'no frontal known in this study'],
    ['other', 'no other view known in this study'],
  ] as const)('of a %s and is not there: %s', (view, words) => {
    expect(lackOf(wanted, view)).toBe(words);
    expect(summaryOf(list({ priors: [IMAGE], leaves_out: true }), null, words)).toBe(`${words} · prior 3 months before · cases of your running studies are left out`);
  });

  it.each([
    ['is there', { list: list({ companions: [lateral] }) }],
    ['is not looked for yet', { list: null }],
    ['is not wanted', { opens: 'prior' as const }],
    ['was switched off', { isOn: false }],
  ])('is no lack where it %s', (_what, change) => {
    expect(lackOf({ ...wanted, ...change }, 'frontal')).toBe('');
  });
});

describe('what linking waits for', () => {
  it.each([
    ['loading', 'loading', 'waits for the picture of this case'],
    ['ready', 'preview', 'waits for the other picture'],
    ['ready', 'ready', 'waits for the chest to be found in both'],
    ['ready', 'error', 'not without the picture of the other image'],
    ['error', 'ready', 'not without the picture of this case'],
  ] as const)('with this case %s and the other %s', (present, other, words) => {
    expect(missingForLink(present, other)).toBe(words);
  });
});
