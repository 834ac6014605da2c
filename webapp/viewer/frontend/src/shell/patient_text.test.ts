import { describe, expect, it } from 'vitest';
import { ageText, bannerName, dateText, identityFields, personName } from './patient_text';

describe('patient fields', () => {
  it.each([
    ['DOE^JANE', 'DOE, JANE'],
    ['DOE^JANE^M^DR', 'DOE, JANE M DR'],
    ['DOE', 'DOE'],
    ['', 'name not stated'],
    ['<b>X</b>^Y', '<b>X</b>, Y'],
    ['YAMADA^TARO=山田^太郎', 'YAMADA, TARO'],
    ['=山田^太郎=やまだ^たろう', '山田 太郎'],
    ['==やまだ^たろう', 'やまだ たろう'],
    ['^=^', 'name not stated'],
    ['Люк^Иван', 'Люк, Иван'],
  ])('writes the name %s as %s', (stored, text) => expect(personName(stored, 'en-GB')).toBe(text));

  it.each([
    ['ja', '山田 太郎'],
    ['ja-JP', '山田 太郎'],
    ['zh-Hant-TW', '山田 太郎'],
    ['ko-KR', '山田 太郎'],
    ['de-CH', 'Yamada, Tarou'],
    ['jam', 'Yamada, Tarou'],
  ])('for a reader of %s as %s', (language, text) => {
    expect(personName('Yamada^Tarou=山田^太郎=やまだ^たろう', language)).toBe(text);
    expect(personName('Doe^Jane', language)).toBe('Doe, Jane');
  });

  it('says a code that stands for name and ID once', () => {
    const id = '0004cfab-14fd-4e49-80ba-63a80b6bddd6';
    expect(bannerName({ name: id.toUpperCase(), id: ` ${id}` })).toEqual({ name: 'name as ID', isName: false });
    expect(bannerName({ name: 'DOE^JANE', id })).toEqual({ name: 'DOE, JANE', isName: true });
    expect(bannerName({ name: '', id: '' })).toEqual({ name: 'name not stated', isName: false });
  });

  it('writes dates and ages', () => {
    expect(dateText('19630412')).toBe('1963-04-12');
    expect(dateText('2026-11-18')).toBe('2026-11-18');
    expect(dateText(null)).toBe('');
    expect(ageText('063Y')).toBe('63 y');
    expect(ageText('8')).toBe('8');
  });

});

describe('what tells one patient from another', () => {
  const patient = { id: '004-221', birth_date: '19610203', sex: 'F', age: '63 y', age_problem: '' };
  const said = (change: Partial<typeof patient>, accession = '88213'): string[] =>
    identityFields({ ...patient, ...change }, accession).map(({ label, text }) => `${label} ${text}`.trim());

  it('is said in one order, labelled where the text alone would not tell', () => {
    expect(said({})).toEqual(['F', '63 y', 'born 1961-02-03', 'ID 004-221', 'Acc 88213']);
  });

  it('is said to be missing, field by field', () => {
    expect(said({ sex: '', age: ' ', birth_date: '', id: '  ' }, '')).toEqual([
      'sex not stated',
      'age not stated',
      'born not stated',
      'ID not stated',
      'Acc not stated',
    ]);
  });

  it('keeps a long number whole', () => {
    const id = '0004cfab-14fd-4e49-80ba-63a80b6bddd6';
    expect(said({ id })).toContain(`ID ${id}`);
  });

  it('has no age where its sources contradict each other', () => {
    const fields = identityFields({ ...patient, age: '', age_problem: "Patient's Age says 045Y, but …" }, '');
    expect(fields.filter((field) => field.isDoubtful).map(({ key, label, text }) => [key, label, text])).toEqual([
      ['age', 'age', 'unclear'],
    ]);
  });
});
