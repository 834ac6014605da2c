/**
 * One picture and everything that is done with its view. Lives outside React; components read its store and call its verbs.
 * The screen it is shown on (Cornerstone's engine, viewport and tools) is its own, or the page's, which then outlives it:
 * what arrives late for a picture that has left the screen changes nothing there.
 */
import { Enums } from '@cornerstonejs/core';
import type { StackViewport, Types } from '@cornerstonejs/core';
import type { HeaderDocument, PresetItem } from '../api/documents';
import type { PixelBox } from '../geometry/pixel_box';
import { boxCorners } from '../geometry/pixel_box';
import type { Affine, CanvasPoint, ImagePoint } from '../geometry/pixels';
import { REFERENCE_PX, affineFromThreePoints, canvasPoint, scales } from '../geometry/pixels';
import { windowGain } from '../keys/own_buttons';
import { createStore } from '../state/store';
import type { Orientation } from './camera';
import { fit, isFitted, lookAt, orient, orientationOf, panBy, zoomAbout } from './camera';
import { DraftBox } from './draft_box';
import { faultText } from './fault_text';
import type { ControllerOptions } from './controller_options';
import { Film, comesWithin } from './film';
import { PREVIEW_FRAME, imageIdOf } from './frame_loader';
import { toImage, toWorld } from './pixel_map';
import { STORED, isSameOrientation, placedOrientation } from './placement';
import type { Projector } from './screen';
import { Screen } from './screen';
import type { Tool, ViewState } from './view_state';
import { INITIAL_VIEW } from './view_state';
import type { Bounds } from './window_level';
import { wheelZoom } from './wheel';
import { LINEAR_FRAME, draggedBounds, fullRange, leftBehind, linearBounds } from './window_level';

const { InterpolationType } = Enums;
/** A frame that comes within this time after its preview is waited for: two pictures in a row would only flicker. */
const SOON_MS = 150;
const CONTEXT_LOST = 'The graphics context was lost. Your answers are kept: reload the page to see the image again.';
const interpolation = (isSmooth: boolean): Enums.InterpolationType => (isSmooth ? InterpolationType.LINEAR : InterpolationType.NEAREST);

export class ViewportController {
  readonly view = createStore<ViewState>(INITIAL_VIEW);
  readonly header: Promise<HeaderDocument>;
  readonly film: Film;
  /** Cornerstone's name of the preview; null where there is none. */
  private readonly preview: Promise<string | null>;
  private loaded: HeaderDocument | null = null;
  private readonly screen: Screen;
  /** The screen's, while this picture has it. */
  private viewport: StackViewport | null = null;
  private draft: DraftBox | null = null;
  private element: HTMLDivElement | null = null;
  private shown: PresetItem | null = null;
  private isOnScreen = false;
  private size: [number, number] = [0, 0]; // of the canvas as last laid out, CSS px
  private drawScheduled = false;
  private readonly drawListeners = new Set<(affine: Affine) => void>();

  constructor(private readonly options: ControllerOptions) {
    this.screen = options.screen ?? new Screen();
    this.film = options.film ?? new Film(options);
    this.header = this.film.header;
    const isWanted = options.hasPreview === true && !this.film.isLoaded;
    if (isWanted) this.film.start(PREVIEW_FRAME); // beside the header: the frame itself begins when it is through
    this.preview = isWanted ? this.film.load(PREVIEW_FRAME).catch(() => null) : Promise.resolve(null);
  }

  /** Loads the image into `element` and shows it with the preset that the server says opens it. */
  async mount(element: HTMLDivElement): Promise<void> {
    this.unmount();
    this.element = element;
    try {
      const header = await this.header;
      if (this.element !== element) return;
      this.loaded = header;
      this.film.onHash((sha256, expected) => this.checkHash(sha256, expected));
      const opening = this.options.opening?.(header) ?? header.opening;
      const first = header.presets[opening] ?? fullRange(header);
      const preview = await this.preview;
      const whole = this.film.load(first.frame);
      if (preview && !(await comesWithin(SOON_MS, whole)) && this.element === element) await this.showPreview(preview, element, first, opening);
      await whole;
      if (this.element !== element) return;
      if (this.isOnScreen) await this.replacePreview(first, opening);
      else {
        this.takeScreen(element, header);
        await this.show(first, opening);
        this.place(placedOrientation(header.placement)); // a screen keeps the camera of the picture before
      }
      if (this.element === element) this.view.set({ status: 'ready' });
    } catch (error) {
      if (this.element === element) this.fail(`The image could not be shown: ${faultText(error).replace(/\.$/, '')}.`);
    }
  }

  /** Leaves the screen; one of its own is closed. */
  unmount(): void {
    this.draft?.destroy();
    this.screen.leave(this.projector);
    if (!this.options.screen) this.screen.close();
    this.element = this.viewport = this.draft = null;
    this.isOnScreen = false;
  }

  /** A film that it was lent stays. */
  destroy(): void {
    this.unmount();
    if (this.options.film) this.film.onHash(null);
    else this.film.drop();
  }

  /** Calls back with the affine after every change of the view, at most once per animation frame. */
  onDraw(listener: (affine: Affine) => void): () => void {
    this.drawListeners.add(listener);
    this.scheduleDraw();
    return () => this.drawListeners.delete(listener);
  }

  pxToCanvas(x: number, y: number): CanvasPoint {
    const [cx, cy] = this.stack().worldToCanvas(this.toWorld(x, y));
    return canvasPoint(cx, cy);
  }

  canvasToPx(x: number, y: number): ImagePoint {
    return this.toImage(this.stack().canvasToWorld([x, y]));
  }

  async applyPreset(preset: PresetItem, index: number | null): Promise<void> {
    if (!this.viewport) return;
    await this.show(preset, index);
    if (index !== null) this.options.onPreset?.(preset);
    this.options.announce(`window ${preset.name}`);
  }

  setBounds({ lower, upper }: Bounds): void {
    this.viewport?.setProperties({ voiRange: { lower, upper } });
    this.viewport?.render();
    this.view.set({ bounds: { lower, upper } });
  }

  toggleInvert(): void {
    const isInverted = !this.view.get().isInverted;
    this.viewport?.setProperties({ invert: isInverted });
    this.viewport?.render();
    this.view.set({ isInverted });
    this.options.announce(isInverted ? 'inverted' : 'not inverted');
  }

  toggleSmooth(): void {
    const isSmooth = !this.view.get().isSmooth;
    this.viewport?.setProperties({ interpolationType: interpolation(isSmooth) });
    this.viewport?.render();
    this.view.set({ isSmooth });
    this.options.announce(isSmooth ? 'interpolation on' : 'interpolation off');
  }

  chooseTool(tool: Tool): void {
    if (this.viewport) this.screen.tools?.choose(tool);
    this.view.set({ tool });
  }

  placeDraftBox(box: PixelBox | null): void {
    this.draft?.place(box);
    this.viewport?.render();
  }

  zoomBy(factor: number): void {
    if (!this.viewport) return;
    zoomAbout(this.viewport, this.centre(), factor, this.view.get().zoom);
  }

  fit(): void {
    if (this.viewport) fit(this.viewport, () => this.canvasCorners());
  }

  oneToOne(at = this.centre()): void {
    if (!this.viewport) return;
    const { zoom } = this.view.get();
    zoomAbout(this.viewport, at, 1 / zoom, zoom);
  }

  panBy(dx: number, dy: number): void {
    if (this.viewport) panBy(this.viewport, dx, dy);
  }

  /** The image point in the middle of the canvas. */
  middle(): ImagePoint {
    return this.canvasToPx(this.centre().x, this.centre().y);
  }

  /** Puts an image point in the middle, at `scale` CSS px per image px along the rows. */
  lookAt({ x, y }: ImagePoint, scale: number): void {
    if (this.viewport && this.isOnScreen) lookAt(this.viewport, this.toWorld(x, y), scale / scales(this.affine()).horizontal);
  }

  rotate(degrees: number): void {
    if (!this.viewport) return;
    const { rotation } = orientationOf(this.viewport);
    this.turn({ rotation: (rotation + degrees + 360) % 360 });
    this.options.announce(`rotated to ${(rotation + degrees + 360) % 360} degrees`);
  }

  flip(axis: 'horizontal' | 'vertical'): void {
    if (!this.viewport) return;
    const now = orientationOf(this.viewport);
    if (axis === 'horizontal') this.turn({ flipHorizontal: !now.flipHorizontal });
    else this.turn({ flipVertical: !now.flipVertical });
    this.options.announce(`flipped ${axis}`);
  }

  /** The picture as its pixels are stored, or again as it was opened. */
  toggleStored(): void {
    if (!this.viewport || !this.loaded) return;
    const placed = placedOrientation(this.loaded.placement);
    if (isSameOrientation(placed, STORED)) return this.options.announce('the picture is shown as it is stored');
    const isStored = isSameOrientation(orientationOf(this.viewport), STORED);
    this.turn(isStored ? placed : STORED);
    this.options.announce(isStored ? 'turned to L\\F' : 'as stored');
  }

  /** View and window as when the case was opened. */
  async reset(): Promise<void> {
    if (!this.viewport || !this.loaded) return;
    this.viewport.resetProperties();
    this.viewport.resetCamera();
    this.place(placedOrientation(this.loaded.placement));
    this.view.set({ isInverted: false, isSmooth: true });
    const { presets, opening } = this.loaded;
    await this.show(presets[opening] ?? fullRange(this.loaded), opening);
    this.options.onPreset?.(null);
    this.options.announce('view and window reset');
  }

  private stack(): StackViewport {
    if (!this.viewport) throw new Error('no image is shown yet');
    return this.viewport;
  }

  private readonly toWorld = (x: number, y: number): Types.Point3 => toWorld(this.viewport, this.loaded, x, y);

  private readonly toImage = (world: Types.Point3): ImagePoint => toImage(this.viewport, this.loaded, world);

  private takeScreen(element: HTMLDivElement, header: HeaderDocument): void {
    this.viewport = this.screen.take(element, this.projector);
    const { onDraftBox } = this.options;
    const mapping = { toWorld: this.toWorld, toImage: this.toImage };
    this.draft = onDraftBox ? new DraftBox(this.viewport.id, mapping, header, onDraftBox) : null;
    this.size = [element.clientWidth, element.clientHeight];
  }

  /** The small frame with the window that the whole one will have; lookup tables by their nearest linear window. */
  private async showPreview(imageId: string, element: HTMLDivElement, first: PresetItem, opening: number): Promise<void> {
    const header = await this.header;
    this.takeScreen(element, header);
    if (!(await this.screen.put(imageId, this.projector))) return;
    this.isOnScreen = true;
    const { name } = (this.shown = { ...first, frame: LINEAR_FRAME, ...linearBounds(first, header) });
    this.view.set({ frame: LINEAR_FRAME, presetName: name, presetIndex: opening, status: 'preview' });
    this.setBounds(this.shown);
    this.place(placedOrientation(header.placement));
  }

  /** The whole frame in its place: view and window stay as the reader has set them meanwhile. */
  private async replacePreview(first: PresetItem, opening: number): Promise<void> {
    if (this.stack().getCurrentImageId() !== imageIdOf(this.options.imageId, PREVIEW_FRAME)) return;
    const { bounds, presetIndex, presetName } = this.view.get();
    await this.show(first, opening);
    if (presetIndex !== null || first.frame !== LINEAR_FRAME) return;
    this.setBounds(bounds);
    this.view.set({ presetIndex, presetName });
  }

  /** Shows a preset; loads its frame first when another one is on screen, and keeps camera, inversion and smoothing. */
  async show(preset: PresetItem, index: number | null): Promise<void> {
    const viewport = this.stack();
    const imageId = imageIdOf(this.options.imageId, preset.frame);
    if (!this.isOnScreen || viewport.getCurrentImageId() !== imageId) {
      const before = this.isOnScreen ? viewport.getViewPresentation() : null;
      await this.film.load(preset.frame);
      if (!(await this.screen.put(imageId, this.projector))) return;
      this.isOnScreen = true;
      if (before) viewport.setViewPresentation(before);
      const { isInverted, isSmooth } = this.view.get();
      viewport.setProperties({ invert: isInverted, interpolationType: interpolation(isSmooth) });
    }
    this.shown = preset;
    this.view.set({ frame: preset.frame, presetName: preset.name, presetIndex: index });
    this.setBounds(preset);
  }

  /** A picture that was fitted is fitted again; one that was zoomed or moved keeps both. */
  private turn(change: Partial<Orientation>): void {
    if (!this.viewport) return;
    const wasFitted = this.isFitted();
    orient(this.viewport, change);
    if (wasFitted) this.fit();
  }

  private place(orientation: Orientation): void {
    if (!this.viewport) return;
    orient(this.viewport, orientation);
    this.fit();
  }

  private isFitted(): boolean {
    return isFitted(this.canvasCorners(), ...this.size);
  }

  private readonly resize = (resize: () => void): void => {
    if (!this.element || !this.isOnScreen) return resize();
    const wasFitted = this.isFitted();
    resize();
    this.size = [this.element.clientWidth, this.element.clientHeight];
    if (wasFitted) this.fit();
  };

  private readonly windowDrag = (dx: number, dy: number): void => {
    const height = this.element?.clientHeight ?? 1;
    const { frame, bounds } = this.view.get();
    if (frame !== LINEAR_FRAME && this.shown && this.loaded) {
      const { name, said } = leftBehind(frame);
      void this.show({ key: 0, name, frame: LINEAR_FRAME, ...linearBounds(this.shown, this.loaded) }, null);
      return this.options.announce(said);
    }
    this.setBounds(draggedBounds(bounds, dx, dy, height, windowGain()));
    const name = this.view.get().presetName;
    if (this.view.get().presetIndex !== null) this.view.set({ presetIndex: null, presetName: `${name}, changed` });
  };

  private readonly wheel = (event: WheelEvent): void => {
    if (!this.viewport || event.deltaY === 0) return;
    const factor = wheelZoom(event, this.options.onWheelStep);
    if (factor) zoomAbout(this.viewport, canvasPoint(event.offsetX, event.offsetY), factor, this.view.get().zoom);
  };

  private readonly doubleClick = (event: MouseEvent): void => {
    if (this.view.get().tool === 'box') return;
    if (Math.abs(this.view.get().zoom - 1) < 0.005) this.fit();
    else this.oneToOne(canvasPoint(event.offsetX, event.offsetY));
  };

  private readonly scheduleDraw = (): void => {
    if (this.drawScheduled) return;
    this.drawScheduled = true;
    requestAnimationFrame(() => {
      this.drawScheduled = false;
      this.draw();
    });
  };

  private readonly projector: Projector = {
    wheel: this.wheel,
    doubleClick: this.doubleClick,
    windowDrag: this.windowDrag,
    drawn: this.scheduleDraw,
    resized: this.resize,
    contextLost: () => this.takeAway(CONTEXT_LOST),
  };

  private draw(): void {
    if (!this.viewport || !this.isOnScreen) return;
    const affine = this.affine();
    for (const listener of this.drawListeners) listener(affine);
    const zoom = scales(affine).horizontal * window.devicePixelRatio;
    this.view.set({ affine, zoom, ...orientationOf(this.viewport) });
  }

  /** Of the view as it is now; the store has that of the last drawing. */
  private affine(): Affine {
    const [right, down] = [this.pxToCanvas(REFERENCE_PX, 0), this.pxToCanvas(0, REFERENCE_PX)];
    return affineFromThreePoints(this.pxToCanvas(0, 0), right, down);
  }

  private canvasCorners(): CanvasPoint[] {
    const { columns, rows } = this.loaded ?? { columns: 1, rows: 1 };
    return boxCorners({ x: 0, y: 0, w: columns, h: rows }).map(([x, y]) => this.pxToCanvas(x, y));
  }

  private centre(): CanvasPoint {
    return canvasPoint((this.element?.clientWidth ?? 0) / 2, (this.element?.clientHeight ?? 0) / 2);
  }

  private checkHash(sha256: string, expected: string | null): void {
    if (expected === null || expected === sha256) return this.view.set({ sha256 });
    this.takeAway(`The image arrived damaged (SHA-256 ${sha256.slice(0, 8)}…, expected ${expected.slice(0, 8)}…). Reload the page.`);
  }

  /** Nothing of the picture stays to be seen, and the next begins with an engine of its own. */
  private takeAway(error: string): void {
    this.unmount();
    this.screen.close();
    this.fail(error);
  }

  private fail(error: string): void {
    this.view.set({ status: 'error', error });
    this.options.announce(error);
  }
}
