/**
 * From model scores to coloured pixels: interpolate the scores (bilinear), then threshold, then colour.
 *
 * In this order only is the edge of the shown region the place where the score really crosses the threshold;
 * colouring first and stretching the colours afterwards would draw a region the model never gave.
 */
import { COLOUR_ENTRIES } from './colour_map';

/** One finding's scores: float32 [height, width]; cell (i, j) is centred at region start + (i + 0.5) cell widths. */
export interface ScoreMap {
  readonly scores: Float32Array;
  readonly width: number;
  readonly height: number;
}

export interface Paint {
  /** Score that takes the first and the last colour; scores outside are shown with these. */
  readonly low: number;
  readonly high: number;
  /** Scores below are transparent; in the unit of the scores. */
  readonly threshold: number;
  /** Uint8 [256 * 3]. */
  readonly colours: Uint8Array;
}

interface Axis {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float32Array;
}

/** For each of `samples` positions over `cells` cells: the two neighbouring cells and the weight of the second. */
function interpolationAxis(cells: number, samples: number): Axis {
  const axis = { first: new Int32Array(samples), second: new Int32Array(samples), weight: new Float32Array(samples) };
  for (let s = 0; s < samples; s++) {
    const position = Math.min(Math.max(((s + 0.5) * cells) / samples - 0.5, 0), cells - 1);
    const cell = Math.min(Math.floor(position), cells - 1);
    axis.first[s] = cell;
    axis.second[s] = Math.min(cell + 1, cells - 1);
    axis.weight[s] = position - cell;
  }
  return axis;
}

/** Scores on a finer grid, float32 [height, width]; outermost half cells repeat the border score. */
export function interpolate(map: ScoreMap, width: number, height: number): ScoreMap {
  const across = interpolationAxis(map.width, width);
  const down = interpolationAxis(map.height, height);
  const scores = new Float32Array(width * height);
  const row = new Float32Array(map.width);
  for (let y = 0; y < height; y++) {
    const top = down.first[y]! * map.width;
    const bottom = down.second[y]! * map.width;
    const v = down.weight[y]!;
    for (let i = 0; i < map.width; i++) row[i] = map.scores[top + i]! * (1 - v) + map.scores[bottom + i]! * v;
    for (let x = 0; x < width; x++) {
      const u = across.weight[x]!;
      scores[y * width + x] = row[across.first[x]!]! * (1 - u) + row[across.second[x]!]! * u;
    }
  }
  return { scores, width, height };
}

/** How much of the colour is there at the threshold; it rises to all of it at the highest score. */
export const LOWEST_ALPHA = 64;

/** RGBA of each colour, four bytes in one word: one write per pixel instead of four. */
function palette({ colours, low, high, threshold }: Paint): Uint32Array {
  const bytes = new Uint8Array(COLOUR_ENTRIES * 4);
  for (let i = 0; i < COLOUR_ENTRIES; i++) {
    const score = low + (i / (COLOUR_ENTRIES - 1)) * (high - low);
    const share = high > threshold ? Math.max(0, (score - threshold) / (high - threshold)) : 1;
    bytes.set([...colours.subarray(3 * i, 3 * i + 3), Math.round(LOWEST_ALPHA + share * (255 - LOWEST_ALPHA))], 4 * i);
  }
  return new Uint32Array(bytes.buffer);
}

/**
 * RGBA bytes [height, width, 4]; 0 below the threshold, from it on alpha rises with the score: what is barely there looks so.
 * Opacity is the layer's business.
 */
export function colourise(map: ScoreMap, paint: Paint): Uint8ClampedArray<ArrayBuffer> {
  const words = new Uint32Array(map.width * map.height);
  const colours = palette(paint);
  const { scores } = map;
  const { low, threshold } = paint;
  const gain = paint.high > low ? (COLOUR_ENTRIES - 1) / (paint.high - low) : 0;
  for (let k = 0; k < words.length; k++) {
    const score = scores[k]!;
    if (score < threshold) continue;
    const entry = Math.round((score - low) * gain);
    words[k] = colours[entry < 0 ? 0 : entry >= COLOUR_ENTRIES ? COLOUR_ENTRIES - 1 : entry]!;
  }
  return new Uint8ClampedArray(words.buffer);
}

/** Size of the coloured texture: longest side `longest`, never fewer samples than cells. */
export function textureSize(regionWidth: number, regionHeight: number, longest: number): [number, number] {
  const scale = longest / Math.max(regionWidth, regionHeight);
  return [Math.max(1, Math.round(regionWidth * scale)), Math.max(1, Math.round(regionHeight * scale))];
}
