/** Where something lies beside a place without covering it. All lengths in CSS px from the stage's top left. */

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Between the place and what lies beside it, and to the edges of the stage. */
export const GAP_PX = 12;
export const MARGIN_PX = 8;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

/**
 * Top left corner for something of `size` beside the place: towards the nearer edge of the stage, where less of the picture lies,
 * else towards the farther one, below, above; as near to its middle as the stage allows. null where it would leave the stage or
 * cover the place.
 */
export function beside(place: Rectangle, size: Extent, stage: Extent): { left: number; top: number } | null {
  const farthest = { left: stage.width - size.width - MARGIN_PX, top: stage.height - size.height - MARGIN_PX };
  if (farthest.left < MARGIN_PX || farthest.top < MARGIN_PX) return null;
  const isRoom = (at: number, most: number): boolean => at >= MARGIN_PX && at <= most;
  const top = clamp((place.top + place.bottom - size.height) / 2, MARGIN_PX, farthest.top);
  const sides = [place.left - GAP_PX - size.width, place.right + GAP_PX];
  if (place.left + place.right > stage.width) sides.reverse();
  for (const left of sides) {
    if (isRoom(left, farthest.left)) return { left, top };
  }
  const left = clamp((place.left + place.right - size.width) / 2, MARGIN_PX, farthest.left);
  for (const top of [place.bottom + GAP_PX, place.top - GAP_PX - size.height]) {
    if (isRoom(top, farthest.top)) return { left, top };
  }
  return null;
}
