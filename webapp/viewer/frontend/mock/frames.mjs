// Synthetic display frames for development: a drawn chest, and a black field with one bright rectangle for registration.
import { createHash } from 'node:crypto';

export const RECTANGLE = { x: 60, y: 40, w: 30, h: 20 };

const ellipse = (x, y, cx, cy, rx, ry) => Math.hypot((x - cx) / rx, (y - cy) / ry);
const soft = (d, edge) => 1 / (1 + Math.exp((d - 1) / edge));

function chest(columns, rows) {
  const samples = new Uint16Array(columns * rows);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const x = i / columns;
      const y = j / rows;
      const body = soft(ellipse(x, y, 0.5, 0.62, 0.42, 0.56), 0.03);
      const right = soft(ellipse(x, y, 0.33, 0.48, 0.13, 0.3), 0.06);
      const left = soft(ellipse(x, y, 0.67, 0.47, 0.13, 0.29), 0.06);
      const heart = soft(ellipse(x, y, 0.57, 0.62, 0.13, 0.16), 0.05);
      const spine = Math.exp(-(((x - 0.5) / 0.035) ** 2));
      const ribs = 0.06 * Math.max(0, Math.sin(34 * y + 9 * Math.abs(x - 0.5))) * (right + left);
      const opacity = 0.26 * Math.exp(-(((x - 0.33) / 0.06) ** 2) - ((y - 0.62) / 0.06) ** 2);
      const noise = (((i * 7919 + j * 104729) % 97) / 97 - 0.5) * 0.02;
      const value =
        body *
        (0.72 -
          0.52 * Math.max(right, left) +
          0.45 * heart * Math.max(right, left) +
          0.12 * spine +
          ribs +
          opacity +
          noise);
      samples[j * columns + i] = Math.round(Math.min(Math.max(value, 0), 1) * 4095);
    }
  }
  return samples;
}

function rectangle(columns, rows) {
  const samples = new Uint16Array(columns * rows);
  const { x, y, w, h } = RECTANGLE;
  for (let j = y; j < y + h; j++) samples.fill(4095, j * columns + x, j * columns + x + w);
  return samples;
}

const cache = new Map();

export function frame(kind, columns, rows, inverse = false) {
  const key = `${kind} ${columns} ${rows} ${inverse}`;
  if (!cache.has(key)) {
    const samples = kind === 'rectangle' ? rectangle(columns, rows) : chest(columns, rows);
    const shown = inverse ? samples.map((s) => Math.round(65535 * (s / 4095) ** 0.6)) : samples;
    const bytes = Buffer.from(shown.buffer);
    cache.set(key, { bytes, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return cache.get(key);
}
