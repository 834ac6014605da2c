/**
 * Boxes that are shown but not edited: the model's (amber, solid) and saved marks of readers (teal, dashed).
 * Rectangles live in image px under one matrix; labels are placed in canvas px, so that they never turn or shrink.
 */
import type { PixelBox } from '../geometry/pixel_box';
import { boxCorners } from '../geometry/pixel_box';
import type { Affine } from '../geometry/pixels';
import { imagePoint, matrixAttribute, toCanvas } from '../geometry/pixels';

export interface LabelledBox {
  readonly box: PixelBox;
  readonly label: string;
  /** truth: reference standard, only where it may be seen. */
  readonly speaker: 'model' | 'reader' | 'truth';
  readonly isFaint: boolean;
}

/** A point is drawn as a cross of constant size: a box of no extent at its place. */
const CROSS_PX = 9;

const SVG = 'http://www.w3.org/2000/svg';
const LABEL_GAP_PX = 6;
const LABEL_HEIGHT_PX = 14;

interface Drawn {
  readonly source: LabelledBox;
  readonly text: SVGTextElement;
  readonly cross: SVGPathElement | null;
}

export class BoxLayer {
  private readonly group: SVGGElement;
  private readonly labels: SVGGElement;
  private drawn: Drawn[] = [];

  constructor(svg: SVGSVGElement) {
    this.group = document.createElementNS(SVG, 'g');
    this.labels = document.createElementNS(SVG, 'g');
    svg.replaceChildren(this.group, this.labels);
  }

  /** Replaces all boxes; call draw() afterwards. */
  setBoxes(boxes: readonly LabelledBox[]): void {
    this.group.replaceChildren();
    this.labels.replaceChildren();
    this.drawn = boxes.map((source) => {
      const rect = document.createElementNS(SVG, 'rect');
      for (const [name, value] of [
        ['x', source.box.x],
        ['y', source.box.y],
        ['width', source.box.w],
        ['height', source.box.h],
      ] as const) {
        rect.setAttribute(name, String(value));
      }
      const text = document.createElementNS(SVG, 'text');
      text.textContent = source.label;
      const cross = source.box.w === 0 && source.box.h === 0 ? document.createElementNS(SVG, 'path') : null;
      for (const element of [rect, text, ...(cross ? [cross] : [])]) {
        element.setAttribute('class', `box-${source.speaker}${source.isFaint ? ' is-faint' : ''}`);
      }
      if (cross) this.labels.append(cross);
      else this.group.append(rect);
      this.labels.append(text);
      return { source, text, cross };
    });
  }

  draw(m: Affine): void {
    this.group.setAttribute('transform', matrixAttribute(m));
    for (const { source, text, cross } of this.drawn) {
      const corners = boxCorners(source.box).map(([x, y]) => toCanvas(m, imagePoint(x, y)));
      const left = Math.min(...corners.map((p) => p.x));
      const top = Math.min(...corners.map((p) => p.y));
      cross?.setAttribute(
        'd',
        `M${left - CROSS_PX} ${top}h${2 * CROSS_PX}M${left} ${top - CROSS_PX}v${2 * CROSS_PX}`,
      );
      text.setAttribute('x', String(left + 2));
      text.setAttribute('y', String(Math.max(top - LABEL_GAP_PX, LABEL_HEIGHT_PX)));
    }
  }
}
