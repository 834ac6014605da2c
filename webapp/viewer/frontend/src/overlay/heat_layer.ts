/** Draws the coloured map of one finding over the image, in the view's affine. Thin: the maths is in heat_map.ts. */
import type { ImageSize } from '../geometry/pixel_box';
import type { Affine } from '../geometry/pixels';
import { colourTable } from './colour_map';
import type { ColourMap } from './colour_map';
import type { ScoreMap } from './heat_map';
import { colourise, interpolate, textureSize } from './heat_map';

export interface HeatPicture {
  readonly map: ScoreMap;
  /** x0, y0, x1, y1 in image px; may reach outside the image (letterbox). */
  readonly region: readonly [number, number, number, number];
  readonly high: number;
  readonly threshold: number;
  readonly colours: ColourMap;
}

/** Longest side of the interpolated texture, samples: fine enough for a smooth edge at fit, coloured in a few ms. */
const TEXTURE_LONGEST = 640;

export class HeatLayer {
  private readonly texture = document.createElement('canvas');
  private fine: { source: ScoreMap; scores: ScoreMap } | null = null;
  private picture: HeatPicture | null = null;
  private opacity = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly size: ImageSize,
  ) {}

  /** Colours the picture anew (null hides it); call draw() afterwards. */
  setPicture(picture: HeatPicture | null): void {
    this.picture = picture;
    if (!picture) return;
    const [x0, y0, x1, y1] = picture.region;
    const [width, height] = textureSize(x1 - x0, y1 - y0, TEXTURE_LONGEST);
    if (this.fine?.source !== picture.map) {
      this.fine = { source: picture.map, scores: interpolate(picture.map, width, height) };
    }
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
    this.texture.getContext('2d')?.putImageData(new ImageData(rgba, scores.width, scores.height), 0, 0);
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
    context.restore();
  }
}
