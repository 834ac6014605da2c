import { describe, expect, it } from 'vitest';
import { placeWith } from './typed_place';

const SIZE = { columns: 400, rows: 300 };
const at = (axis: 'x' | 'y', typed: string): unknown => placeWith({ x: 10, y: 20 }, axis, typed, SIZE);

describe('a point in numbers', () => {
  it('takes what lies on the image, with a comma or a point', () => {
    expect(at('x', '12,5')).toEqual({ x: 12.5, y: 20 });
    expect(at('y', ' 300 ')).toEqual({ x: 10, y: 300 });
    expect(at('x', '0')).toEqual({ x: 0, y: 20 });
  });

  it('says what is allowed of anything else', () => {
    for (const typed of ['300.1', '-1', '', 'x', 'Infinity', '1e9']) {
      expect(at('y', typed)).toBe(`the point is not moved: “${typed}” is no number from 0 to 300`);
    }
  });
});
