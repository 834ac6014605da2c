/** What an area erases, in image pixels: the union of its outlines without its holes, as the worker draws it (inference/erasing.py). */
import { useId } from 'react';
import type { ProbeStructure } from '../api/schema';
import type { ImageSize } from '../geometry/pixel_box';

const outline = (points: readonly (readonly number[])[]): string => `M${points.map((point) => point.join(' ')).join('L')}Z`;

/** One path each: overlapping outlines add up whichever way round they run, and a hole cuts all of them. */
export function ErasedArea({ area, size }: { readonly area: ProbeStructure; readonly size: ImageSize }) {
  const id = useId();
  const { columns, rows } = size;
  return (
    <>
      <mask id={id} maskUnits="userSpaceOnUse" x={0} y={0} width={columns} height={rows}>
        {area.outlines.map((points, nth) => (
          <path key={nth} d={outline(points)} fill="white" />
        ))}
        {area.holes.map((points, nth) => (
          <path key={`hole ${nth}`} d={outline(points)} fill="black" />
        ))}
      </mask>
      <path d={`M0 0H${columns}V${rows}H0Z`} mask={`url(#${id})`} className="pointed" />
    </>
  );
}
