/**
 * The one box a reader is drawing: a Cornerstone annotation while it is edited, image pixels for everyone else.
 * Drawing a second box replaces the first; a click without a drag leaves none.
 */
import { eventTarget } from '@cornerstonejs/core';
import type { Types } from '@cornerstonejs/core';
import { Enums, RectangleROITool, annotation } from '@cornerstonejs/tools';
import type { Types as ToolTypes } from '@cornerstonejs/tools';
import type { ImageSize, PixelBox } from '../geometry/pixel_box';
import { boxAround, boxCorners } from '../geometry/pixel_box';
import type { ImagePoint } from '../geometry/pixels';

export interface WorldMapping {
  toWorld(x: number, y: number): Types.Point3;
  toImage(world: Types.Point3): ImagePoint;
}

type AnnotationEvent = CustomEvent<{ annotation: ToolTypes.Annotation }>;

const { ANNOTATION_ADDED, ANNOTATION_COMPLETED, ANNOTATION_MODIFIED } = Enums.Events;

export class DraftBox {
  private uid: string | null = null;
  private isPlacing = false;

  constructor(
    private readonly viewportId: string,
    private readonly mapping: WorldMapping,
    private readonly size: ImageSize,
    private readonly onChange: (box: PixelBox | null) => void,
  ) {
    eventTarget.addEventListener(ANNOTATION_ADDED, this.added);
    eventTarget.addEventListener(ANNOTATION_MODIFIED, this.modified);
    eventTarget.addEventListener(ANNOTATION_COMPLETED, this.completed);
  }

  /** Shows a box (or none) without reporting it back. */
  place(box: PixelBox | null): void {
    this.isPlacing = true;
    if (this.uid) annotation.state.removeAnnotation(this.uid);
    this.uid = null;
    if (box) {
      const points = boxCorners(box).map(([x, y]) => this.mapping.toWorld(x, y));
      this.uid = crypto.randomUUID();
      RectangleROITool.hydrate(this.viewportId, points, { annotationUID: this.uid });
    }
    this.isPlacing = false;
  }

  destroy(): void {
    eventTarget.removeEventListener(ANNOTATION_ADDED, this.added);
    eventTarget.removeEventListener(ANNOTATION_MODIFIED, this.modified);
    eventTarget.removeEventListener(ANNOTATION_COMPLETED, this.completed);
    if (this.uid) annotation.state.removeAnnotation(this.uid);
  }

  private boxOf(drawn: ToolTypes.Annotation): PixelBox | null {
    const points = drawn.data.handles?.points ?? [];
    return boxAround(
      points.map((point) => this.mapping.toImage(point)),
      this.size,
    );
  }

  private readonly added = (event: AnnotationEvent): void => {
    const uid = event.detail.annotation.annotationUID ?? null;
    if (this.isPlacing || uid === this.uid) return;
    if (this.uid) annotation.state.removeAnnotation(this.uid);
    this.uid = uid;
  };

  private readonly modified = (event: AnnotationEvent): void => {
    const drawn = event.detail.annotation;
    if (this.isPlacing || drawn.annotationUID !== this.uid) return;
    const box = this.boxOf(drawn);
    if (box) this.onChange(box);
  };

  private readonly completed = (event: AnnotationEvent): void => {
    const drawn = event.detail.annotation;
    if (this.isPlacing || drawn.annotationUID !== this.uid) return;
    const box = this.boxOf(drawn);
    if (!box && this.uid) {
      annotation.state.removeAnnotation(this.uid);
      this.uid = null;
    }
    this.onChange(box);
  };
}
