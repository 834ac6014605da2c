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
  ])('writes the name %s as %s', (stored, text) => expect(personName(stored)).toBe(text));

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
