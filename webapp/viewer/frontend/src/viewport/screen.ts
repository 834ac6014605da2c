/**
 * Where a page shows its pictures: a stack viewport of the page's engine, and its tools. It outlives the pictures: one
 * controller has it at a time, and what happens on it is told to that one alone. What the one before showed is hidden until
 * the next has been drawn.
 */
import { Enums, eventTarget } from '@cornerstonejs/core';
import type { StackViewport } from '@cornerstonejs/core';
import { orient } from './camera';
import { STORED } from './placement';
import { SharedEngine } from './shared_engine';
import { ViewportTools } from './tool_group';

const { Events } = Enums;

/** Whoever shows a picture on the screen. */
export interface Projector {
  readonly wheel: (event: WheelEvent) => void;
  readonly doubleClick: (event: MouseEvent) => void;
  readonly windowDrag: (dx: number, dy: number) => void;
  /** The camera moved, or the picture was drawn. */
  readonly drawn: () => void;
  readonly resized: (resize: () => void) => void;
  readonly contextLost: () => void;
}

let serial = 0;

export class Screen {
  viewport: StackViewport | null = null;
  tools: ViewportTools | null = null;
  private viewportId = '';
  private element: HTMLDivElement | null = null;
  private resizeObserver: ResizeObserver | null = null;
  private user: Projector | null = null;
  /** Another picture was put and has not been drawn yet. */
  private isChanged = false;
  private last: Promise<unknown> = Promise.resolve();

  /** Screens of one page share an engine. */
  constructor(private readonly engine = new SharedEngine()) {}

  /** Gives the screen in `element` to a controller; the engine is made once for an element. */
  take(element: HTMLDivElement, user: Projector): StackViewport {
    if (this.element !== element) this.close();
    this.user = user;
    if (this.viewport?.getCurrentImageId()) orient(this.viewport, STORED); // setStack keeps what the one before was turned to
    const viewport = this.viewport ?? this.open(element);
    this.tools?.choose('window');
    return viewport;
  }

  /**
   * Puts a loaded image on the screen, one after the other: Cornerstone takes whichever ends last. False when another controller
   * has the screen by then: nothing was put there.
   */
  put(imageId: string, user: Projector): Promise<boolean> {
    const put = this.last.then(async () => {
      if (this.user !== user || !this.viewport) return false;
      await this.viewport.setStack([imageId]);
      this.isChanged = true;
      return this.user === user;
    });
    this.last = put.catch(() => undefined);
    return put;
  }

  /** The controller leaves: what it showed is no longer seen, nor told what happens. Nothing when another has it already. */
  leave(user: Projector): void {
    if (this.user !== user) return;
    this.user = null;
    this.element?.style.setProperty('visibility', 'hidden');
  }

  close(): void {
    const { element } = this;
    element?.removeEventListener('wheel', this.wheel);
    element?.removeEventListener('dblclick', this.doubleClick);
    element?.removeEventListener(Events.CAMERA_MODIFIED, this.drawn);
    element?.removeEventListener(Events.IMAGE_RENDERED, this.rendered);
    eventTarget.removeEventListener(Events.WEBGL_CONTEXT_LOST, this.contextLost);
    this.resizeObserver?.disconnect();
    this.tools?.destroy();
    this.engine.disable(this.viewportId);
    this.element = this.viewport = this.tools = this.resizeObserver = this.user = null;
  }

  private open(element: HTMLDivElement): StackViewport {
    serial += 1;
    this.viewportId = `reading-viewport-${serial}`;
    const { viewport, engineId } = this.engine.enable(element, this.viewportId, this.aroundResize);
    this.element = element;
    this.viewport = viewport;
    this.tools = new ViewportTools(`reading-tools-${serial}`, this.viewportId, engineId, (dx, dy) => this.user?.windowDrag(dx, dy));
    element.addEventListener('wheel', this.wheel, { passive: false });
    element.addEventListener('dblclick', this.doubleClick);
    element.addEventListener(Events.CAMERA_MODIFIED, this.drawn);
    element.addEventListener(Events.IMAGE_RENDERED, this.rendered);
    eventTarget.addEventListener(Events.WEBGL_CONTEXT_LOST, this.contextLost);
    this.resizeObserver = new ResizeObserver(this.engine.resize);
    this.resizeObserver.observe(element);
    return this.viewport;
  }

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    this.user?.wheel(event);
  };

  private readonly doubleClick = (event: MouseEvent): void => this.user?.doubleClick(event);

  private readonly drawn = (): void => this.user?.drawn();

  /** Only now does the canvas hold the new picture. */
  private readonly rendered = (): void => {
    if (this.user && this.isChanged) {
      this.isChanged = false;
      this.element?.style.removeProperty('visibility');
    }
    this.drawn();
  };

  private readonly aroundResize = (resize: () => void): void => {
    if (this.user) this.user.resized(resize);
    else resize();
  };

  private readonly contextLost = (): void => this.user?.contextLost();
}
