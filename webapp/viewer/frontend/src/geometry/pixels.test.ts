import { describe, expect, it } from 'vitest';
import { affineFromThreePoints, canvasPoint, imagePoint, matrixAttribute, scales, toCanvas, toImage } from './pixels';

describe('the affine of a view', () => {
  // Half size, moved by (10, 20): (0,0) -> (10,20), (1000,0) -> (510,20), (0,1000) -> (10,520).
  const half = affineFromThreePoints(canvasPoint(10, 20), canvasPoint(510, 20), canvasPoint(10, 520));

  it('puts an image corner where scale and offset say', () => {
    expect(toCanvas(half, imagePoint(200, 100))).toEqual(canvasPoint(110, 70));
  });

  it('comes back to the same image point', () => {
    const back = toImage(half, toCanvas(half, imagePoint(123.25, 7.5)));
    expect(back.x).toBeCloseTo(123.25, 9);
    expect(back.y).toBeCloseTo(7.5, 9);
  });

  it('keeps a rotation by 90 degrees', () => {
    // Clockwise: image right becomes canvas down, image down becomes canvas left.
    const turned = affineFromThreePoints(canvasPoint(100, 0), canvasPoint(100, 1000), canvasPoint(-900, 0));
    expect(toCanvas(turned, imagePoint(10, 30))).toEqual(canvasPoint(70, 10));
    expect(scales(turned)).toEqual({ horizontal: 1, vertical: 1 });
  });

  it.each([90, 30])('inverts a rotation by %i degrees', (degrees) => {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const turned = { a: 2 * cos, b: 2 * sin, c: -2 * sin, d: 2 * cos, e: 100, f: 40 };
    // (10, 30) turned by hand: x = 2 (10 cos - 30 sin) + 100, y = 2 (10 sin + 30 cos) + 40.
    const back = toImage(turned, canvasPoint(2 * (10 * cos - 30 * sin) + 100, 2 * (10 * sin + 30 * cos) + 40));
    expect(back.x).toBeCloseTo(10, 9);
    expect(back.y).toBeCloseTo(30, 9);
  });

  it('reports both scales of a view with non-square pixels', () => {
    const stretched = affineFromThreePoints(canvasPoint(0, 0), canvasPoint(500, 0), canvasPoint(0, 1000));
    expect(scales(stretched)).toEqual({ horizontal: 0.5, vertical: 1 });
  });

  it('refuses to invert a view without size', () => {
    const flat = affineFromThreePoints(canvasPoint(0, 0), canvasPoint(0, 0), canvasPoint(0, 0));
    expect(() => toImage(flat, canvasPoint(1, 1))).toThrow('has no inverse');
  });

  it('writes the matrix in the order of SVG', () => {
    expect(matrixAttribute(half)).toBe('matrix(0.5 0 0 0.5 10 20)');
  });
});
