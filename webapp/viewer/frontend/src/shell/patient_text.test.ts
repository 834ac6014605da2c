import { describe, expect, it } from 'vitest';
import { ageText, dateText, personName, shortNumber } from './patient_text';

describe('patient fields', () => {
  it.each([
    ['DOE^JANE', 'DOE, JANE'],
    ['DOE^JANE^M^DR', 'DOE, JANE M DR'],
    ['DOE', 'DOE'],
    ['', 'no name'],
    ['<b>X</b>^Y', '<b>X</b>, Y'],
    ['YAMADA^TARO=山田^太郎', 'YAMADA, TARO'],
    ['=山田^太郎=やまだ^たろう', '山田 太郎'],
    ['==やまだ^たろう', 'やまだ たろう'],
    ['^=^', 'no name'],
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

  it('writes dates and ages', () => {
    expect(dateText('19630412')).toBe('1963-04-12');
    expect(dateText('2026-11-18')).toBe('2026-11-18');
    expect(dateText(null)).toBe('');
    expect(ageText('063Y')).toBe('63 y');
    expect(ageText('8')).toBe('8');
  });

  it('keeps both ends of a long number and all of a short one', () => {
    expect(shortNumber('MRN-0042')).toBe('MRN-0042');
    expect(shortNumber('12345678901234567890')).toBe('12345678901234567890');
    expect(shortNumber('0004cfab-14fd-4e49-80ba-63a80b6bddd6')).toBe('0004cfab…0b6bddd6');
  });
});
