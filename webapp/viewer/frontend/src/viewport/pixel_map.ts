/** Between pixels of the image and Cornerstone's world, whichever frame of the image is on the screen. */
import type { StackViewport, Types } from '@cornerstonejs/core';
import type { HeaderDocument } from '../api/documents';
import type { ImagePoint } from '../geometry/pixels';
import { imagePoint } from '../geometry/pixels';
import { frameShape } from './frame_loader';

/** The two conversions of vtk's image data that Cornerstone's types leave optional. */
interface PixelGrid {
  indexToWorld(index: Types.Point3): Types.Point3;
  worldToIndex(world: Types.Point3): Types.Point3;
}

// Cornerstone's index 0 is the centre of a pixel, ours is its corner: half a pixel lies between them, here only.
/** Raises Error before an image is shown. */
export function toWorld(viewport: StackViewport | null, header: HeaderDocument | null, x: number, y: number): Types.Point3 {
  const { grid, across, down } = shown(viewport, header);
  return grid.indexToWorld([x * across - 0.5, y * down - 0.5, 0]);
}

/** Raises Error before an image is shown. */
export function toImage(viewport: StackViewport | null, header: HeaderDocument | null, world: Types.Point3): ImagePoint {
  const { grid, across, down } = shown(viewport, header);
  const [i, j] = grid.worldToIndex(world);
  return imagePoint((i + 0.5) / across, (j + 0.5) / down);
}

/** across, down: pixels of the frame on the screen per pixel of the image; 1, but for the preview. */
function shown(viewport: StackViewport | null, header: HeaderDocument | null): { grid: PixelGrid; across: number; down: number } {
  const data: { imageData: unknown } | undefined = viewport?.getImageData();
  if (!viewport || !header || !data?.imageData) throw new Error('no image is shown yet');
  const { rows, columns } = frameShape(viewport.getCurrentImageId(), header);
  return { grid: data.imageData as PixelGrid, across: columns / header.columns, down: rows / header.rows };
}
