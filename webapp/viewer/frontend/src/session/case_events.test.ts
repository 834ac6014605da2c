import { describe, expect, it } from 'vitest';
import { namesImage } from './case_events';

describe('a change message', () => {
  it('is about the images that it names', () => {
    expect(namesImage('{"cursor": "7", "images": ["a", "b"]}', 'b')).toBe(true);
    expect(namesImage('{"cursor": "7", "images": ["a"]}', 'b')).toBe(false);
  });

  it('is about nothing when it has another shape', () => {
    expect(namesImage('not json', 'b')).toBe(false);
    expect(namesImage('{"images": "b"}', 'b')).toBe(false);
  });
});
