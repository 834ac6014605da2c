/** Draws the coloured map of one finding over the image, and the line of its threshold, in the view's affine. Thin: the maths is in heat_map.ts. */
import type { ImageSize } from '../geometry/pixel_box';
import type { Affine } from '../geometry/pixels';
import { colourTable } from './colour_map';
import type { ColourMap } from './colour_map';
import type { ScoreMap } from './heat_map';
import { contour } from './contour';
import { colourise, interpolate, textureSize } from './heat_map';

export interface HeatPicture {
  readonly map: ScoreMap;
  /** x0, y0, x1, y1 in image px; may reach outside the image (letterbox). */
  readonly region: readonly [number, number, number, number];
  readonly high: number;
  readonly threshold: number;
  readonly colours: ColourMap;
}

/** A second map, of which only the line of its threshold is drawn. */
export type OtherMap = Pick<HeatPicture, 'map' | 'region' | 'threshold'>;

/** Longest side of the interpolated texture, samples: fine enough for a smooth edge at fit, coloured in a few ms. */
const TEXTURE_LONGEST = 640;
/** Of the line at the threshold, CSS px: the model's colour on a dark ground, read over bone and over air. */
const LINE_PX = 1.5;
const GROUND_PX = 3.5;

export class HeatLayer {
  private readonly texture = document.createElement('canvas');
  private fine: { source: ScoreMap; scores: ScoreMap } | null = null;
  private picture: HeatPicture | null = null;
  private line: Path2D | null = null;
  private other: Path2D | null = null;
  private opacity = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly size: ImageSize,
  ) {}

  /** Colours the picture anew (null hides it); call draw() afterwards. */
  setPicture(picture: HeatPicture | null): void {
    this.picture = picture;
    this.line = null;
    if (!picture) return;
    if (this.fine?.source !== picture.map) this.fine = { source: picture.map, scores: fineScores(picture) };
    const { scores } = this.fine;
    const rgba = colourise(scores, {
      low: 0,
      high: picture.high,
      threshold: picture.threshold,
      colours: colourTable(picture.colours),
    });
    if (this.texture.width !== scores.width || this.texture.height !== scores.height) {
      this.texture.width = scores.width;
      this.texture.height = scores.height;
    }
    this.line = lineOf(contour(scores, picture.threshold), picture.region, scores);
    this.texture.getContext('2d')?.putImageData(new ImageData(rgba, scores.width, scores.height), 0, 0);
  }

  /** The map to compare with, or null for none; call draw() afterwards. */
  setOther(other: OtherMap | null): void {
    const scores = other && fineScores(other);
    this.other = other && scores && lineOf(contour(scores, other.threshold), other.region, scores);
  }

  setOpacity(opacity: number): void {
    this.opacity = opacity;
  }

  draw(m: Affine): void {
    const { canvas } = this;
    const ratio = window.devicePixelRatio;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const context = canvas.getContext('2d');
    if (!context) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!this.picture) return;
    const [x0, y0, x1, y1] = this.picture.region;
    context.setTransform(m.a * ratio, m.b * ratio, m.c * ratio, m.d * ratio, m.e * ratio, m.f * ratio);
    context.save();
    context.beginPath();
    context.rect(0, 0, this.size.columns, this.size.rows);
    context.clip();
    context.globalAlpha = this.opacity;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.texture, x0, y0, x1 - x0, y1 - y0);
    if (this.opacity > 0) {
      this.drawLine(context, this.line, m, ratio, '--model');
      this.drawLine(context, this.other, m, ratio, '--text');
    }
    context.restore();
  }

  /** As wide on the screen whatever the zoom. */
  private drawLine(context: CanvasRenderingContext2D, line: Path2D | null, m: Affine, ratio: number, name: string): void {
    if (!line) return;
    const placed = new Path2D();
    placed.addPath(line, new DOMMatrix([m.a, m.b, m.c, m.d, m.e, m.f].map((value) => value * ratio)));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.lineCap = context.lineJoin = 'round';
    const colour = getComputedStyle(this.canvas).getPropertyValue(name);
    for (const [style, width, alpha] of [['#000', GROUND_PX, 0.5], [colour, LINE_PX, 1]] as const) {
      context.globalAlpha = alpha;
      context.strokeStyle = style;
      context.lineWidth = width * ratio;
      context.stroke(placed);
    }
  }
}

/** Interpolated as finely as it is coloured. */
function fineScores({ map, region: [x0, y0, x1, y1] }: OtherMap): ScoreMap {
  const [width, height] = textureSize(x1 - x0, y1 - y0, TEXTURE_LONGEST);
  return interpolate(map, width, height);
}

/** Pieces of a contour in image px. */
function lineOf(pieces: Float32Array, [x0, y0, x1, y1]: HeatPicture['region'], { width, height }: ScoreMap): Path2D {
  const path = new Path2D();
  const [across, down] = [(x1 - x0) / width, (y1 - y0) / height];
  for (let k = 0; k < pieces.length; k += 4) {
    path.moveTo(x0 + pieces[k]! * across, y0 + pieces[k + 1]! * down);
    path.lineTo(x0 + pieces[k + 2]! * across, y0 + pieces[k + 3]! * down);
  }
  return path;
}
