/** Corner texts that belong to the picture alone: window and zoom, scale bar, how its pixels came here. */
import { useEffect, useState } from 'react';
import type { HeaderDocument } from '../api/documents';
import type { PixelSize } from '../geometry/pixel_size';
import { pixelSize } from '../geometry/pixel_size';
import { scales } from '../geometry/pixels';
import { scaleBar } from '../geometry/scale_bar';
import { ownKey } from '../keys/own_keys';
import { useStore } from '../state/store';
import type { ViewportController } from './controller';
import { STORED, isSameOrientation, placedOrientation } from './placement';
import { ENHANCED_FRAME, centreAndWidth, windowNumber } from './window_level';

const SCALE_BAR_SPACE_PX = 140;

export function useHeader(controller: ViewportController): HeaderDocument | null {
  const [header, setHeader] = useState<HeaderDocument | null>(null);
  useEffect(() => {
    controller.header.then(setHeader, () => undefined);
  }, [controller]);
  return header;
}

export function qualityText(header: HeaderDocument): string {
  const { lossy_source: isLossy, method, ratio } = header.quality;
  if (!isLossy) return 'lossless';
  const details = [method, ratio && `${Number(ratio.toPrecision(2))}:1`].filter(Boolean).join(', ');
  return details ? `lossy source (${details})` : 'lossy source';
}

interface Props {
  readonly controller: ViewportController;
  readonly header: HeaderDocument;
  /** Before the names that tests find the texts by, where a page has two pictures. */
  readonly of?: string;
}

const notLinear = (frame: string): string => (frame === ENHANCED_FRAME ? 'processed' : 'lookup table');

/** Stands over the picture as long as it is not the one that was acquired. */
export function EnhancedBadge({ controller, of = '' }: Pick<Props, 'controller' | 'of'>) {
  if (useStore(controller.view).frame !== ENHANCED_FRAME) return null;
  return (
    <div className="enhanced-badge" data-testid={`${of}enhanced-badge`}>
      processed: enhanced (CLAHE), not as acquired
    </div>
  );
}

export function WindowCorner({ controller, header, of = '' }: Props) {
  const view = useStore(controller.view);
  const isLinear = view.frame === 'linear';
  const { centre, width } = centreAndWidth(view.bounds, header.value);
  const shown = isLinear ? `C ${windowNumber(centre)} · W ${windowNumber(width)}` : notLinear(view.frame);
  const placed = placedOrientation(header.placement);
  const isPlaced = isSameOrientation(view, placed);
  const isPlacedTurned = !isSameOrientation(placed, STORED);
  const turned = [
    isPlacedTurned && isPlaced ? `turned to L\\F, stored ${header.orientation}` : '',
    isPlacedTurned && isSameOrientation(view, STORED) ? `as stored, ${header.orientation}` : '',
    !isPlaced && view.rotation ? `${view.rotation}°` : '',
    !isPlaced && view.flipHorizontal ? 'flipped ↔' : '',
    !isPlaced && view.flipVertical ? 'flipped ↕' : '',
    view.isInverted ? 'inverted' : '',
    view.isSmooth ? '' : 'no interpolation',
  ].filter(Boolean);
  return (
    <div className="corner bl num" data-testid={`${of}corner-window`}>
      {turned.length > 0 && (
        <div className="model">
          {turned.join(' · ')}{' '}
          {isPlacedTurned && (
            <button
              type="button"
              aria-pressed={isSameOrientation(view, STORED)}
              onClick={() => controller.toggleStored()}
            >
              As stored <kbd>{ownKey('stored', 'T')}</kbd>
            </button>
          )}
        </div>
      )}
      {shown} · {view.zoom.toFixed(2)}× · {view.presetName}
    </div>
  );
}

/** pixel: what a pixel measures, where it is not the file that says so. */
export function ScaleCorner({ controller, header, pixel, of = '' }: Props & { readonly pixel?: PixelSize | null }) {
  const { affine } = useStore(controller.view);
  if (!affine) return null;
  const bar = scaleBar(scales(affine).horizontal, pixel ?? pixelSize(header.spacing), SCALE_BAR_SPACE_PX);
  return (
    <div className="corner br num" data-testid={`${of}corner-scale`}>
      <span className="scale-bar" style={{ width: bar.lengthCss }} aria-hidden="true" /> {bar.label}
    </div>
  );
}

