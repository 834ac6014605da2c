/**
 * Cornerstone's engine of a page: one WebGL context for all its screens. Made with the first screen, destroyed with the last.
 */
import { Enums, RenderingEngine, cache, init as initCore } from '@cornerstonejs/core';
import type { StackViewport } from '@cornerstonejs/core';
import { init as initTools } from '@cornerstonejs/tools';

const { ViewportType } = Enums;
const CACHE_BYTES = 512 * 1024 * 1024;

/** Runs `resize`, which changes the canvases of all screens, and may look before and mend after. */
type AroundResize = (resize: () => void) => void;

export interface EnabledViewport {
  readonly viewport: StackViewport;
  readonly engineId: string;
}

let serial = 0;

export class SharedEngine {
  private engine: RenderingEngine | null = null;
  private engineId = '';
  private readonly screens = new Map<string, AroundResize>();

  /** A stack viewport in `element`, under a name of its own. */
  enable(element: HTMLDivElement, viewportId: string, around: AroundResize): EnabledViewport {
    const engine = this.engine ?? this.open();
    engine.enableElement({ viewportId, element, type: ViewportType.STACK, defaultOptions: { background: [0, 0, 0] } });
    this.screens.set(viewportId, around);
    return { viewport: engine.getViewport<StackViewport>(viewportId), engineId: this.engineId };
  }

  disable(viewportId: string): void {
    if (!this.screens.delete(viewportId)) return;
    if (this.screens.size) return this.engine?.disableElement(viewportId);
    this.engine?.destroy();
    this.engine = null;
  }

  /** Cornerstone resizes all its viewports together: each screen is asked before the first of them changes. */
  readonly resize = (): void => {
    const resize = (): void => void this.engine?.resize(true, true);
    const whole = [...this.screens.values()].reduce<() => void>((inner, around) => () => around(inner), resize);
    whole();
  };

  private open(): RenderingEngine {
    initCore({ rendering: { webGlContextCount: 1 }, debug: {} });
    initTools();
    cache.setMaxCacheSize(CACHE_BYTES);
    serial += 1;
    this.engineId = `reading-engine-${serial}`;
    this.engine = new RenderingEngine(this.engineId);
    return this.engine;
  }
}
