/** The two overlay layers of a stage, redrawn with every move of the view. */
import type { RefObject } from 'react';
import { useEffect, useRef } from 'react';
import type { ImageSize } from '../geometry/pixel_box';
import type { Affine } from '../geometry/pixels';
import type { ViewportController } from '../viewport/controller';
import { BoxLayer } from './box_layer';
import { HeatLayer } from './heat_layer';

export interface Layers {
  readonly heat: HeatLayer;
  readonly boxes: BoxLayer;
  /** Image px -> CSS px of the last drawing; null before the first. */
  affine: Affine | null;
}

/** null until both elements and the size of the image are there. */
export function useLayers(
  controller: ViewportController,
  size: ImageSize | null,
  heat: RefObject<HTMLCanvasElement | null>,
  boxes: RefObject<SVGSVGElement | null>,
): RefObject<Layers | null> {
  const layers = useRef<Layers | null>(null);
  useEffect(() => {
    if (!heat.current || !boxes.current || !size) return;
    const created: Layers = {
      heat: new HeatLayer(heat.current, size),
      boxes: new BoxLayer(boxes.current),
      affine: null,
    };
    layers.current = created;
    const stop = controller.onDraw((affine) => {
      created.affine = affine;
      created.heat.draw(affine);
      created.boxes.draw(affine);
    });
    return () => {
      stop();
      layers.current = null;
    };
  }, [controller, size, heat, boxes]);
  return layers;
}
