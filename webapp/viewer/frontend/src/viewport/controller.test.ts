/** The controller over a viewport without scene: canvas = world, world = Cornerstone's index. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HeaderDocument } from '../api/documents';
import type { FrameSource } from './frame_loader';
import type { Projector } from './screen';

const HEADER = {
  columns: 200,
  rows: 100,
  sample_min: 0,
  sample_max: 4095,
  placement: { turn: { transposed: false, flips_columns: false, flips_rows: false }, right: 'L', down: 'F', side_not_stated: false },
  sha256: 'a'.repeat(64),
  voi: [],
  presets: [
    { key: 1, name: 'As acquired', frame: 'linear', lower: 9000, upper: 9900 },
    { key: 2, name: 'Auto', frame: 'linear', lower: 100, upper: 900 },
  ],
  opening: 1,
} as unknown as HeaderDocument;

const fakes = vi.hoisted(() => ({
  source: null as FrameSource | null,
  destroyed: 0,
  current: null as string | null,
  stacks: [] as string[],
  frame: Promise.resolve(),
  preview: Promise.resolve(),
  properties: [] as Record<string, unknown>[],
}));

vi.mock('@cornerstonejs/core', () => {
  const identity = (point: readonly number[]): number[] => [...point];
  const viewport = {
    getImageData: () => ({ imageData: { indexToWorld: identity, worldToIndex: identity } }),
    worldToCanvas: ([x, y]: number[]) => [x, y],
    canvasToWorld: ([x, y]: number[]) => [x, y, 0],
    getCurrentImageId: () => fakes.current,
    setStack: ([imageId]: string[]) => {
      fakes.stacks.push((fakes.current = imageId ?? ''));
      return Promise.resolve();
    },
    getViewPresentation: () => ({}),
    setViewPresentation: () => undefined,
    setProperties: (properties: Record<string, unknown>) => void fakes.properties.push(properties),
    render: () => undefined,
    resetProperties: () => undefined,
    resetCamera: () => undefined,
  };
  class RenderingEngine {
    enableElement(): void {}
    getViewport(): unknown {
      return viewport;
    }
    resize(): void {}
    destroy(): void {
      fakes.destroyed += 1;
    }
  }
  return {
    Enums: {
      Events: { CAMERA_MODIFIED: 'camera', IMAGE_RENDERED: 'image', WEBGL_CONTEXT_LOST: 'lost' },
      InterpolationType: { LINEAR: 1, NEAREST: 0 },
      ViewportType: { STACK: 'stack' },
    },
    RenderingEngine,
    cache: { setMaxCacheSize: () => undefined },
    eventTarget: new EventTarget(),
    imageLoader: { loadAndCacheImage: () => Promise.resolve() },
    init: () => undefined,
  };
});
vi.mock('@cornerstonejs/tools', () => ({ init: () => undefined }));
vi.mock('../api/request', () => ({ getJson: () => Promise.resolve(HEADER) }));
vi.mock('./camera', () => ({ fit: () => undefined, isFitted: () => true, orient: () => undefined, orientationOf: () => ({}) }));
vi.mock('./tool_group', () => ({
  ViewportTools: class {
    choose(): void {}
    destroy(): void {}
  },
}));
vi.mock('./draft_box', () => ({
  DraftBox: class {
    destroy(): void {}
  },
}));
vi.mock('./frame_loader', () => ({
  addSource: (source: FrameSource) => void (fakes.source = source),
  removeSource: () => undefined,
  PREVIEW_FRAME: 'preview',
  // The preview has half the pixels each way.
  frameShape: (imageId: string) => (imageId.endsWith(':preview') ? { rows: 50, columns: 100 } : { rows: 100, columns: 200 }),
  loadFrame: (imageId: string) => (imageId.endsWith(':preview') ? fakes.preview : fakes.frame),
  startFrame: () => undefined,
  imageIdOf: (id: string, frame: string) => `sightline:${id}:${frame}`,
}));

const { ViewportController } = await import('./controller');
const { Screen } = await import('./screen');

/** An element that can be hidden. */
function place(): HTMLDivElement {
  const styles = new Map<string, string>();
  const style = {
    setProperty: (name: string, value: string) => void styles.set(name, value),
    removeProperty: (name: string) => void styles.delete(name),
    getPropertyValue: (name: string) => styles.get(name) ?? '',
  };
  return Object.assign(new EventTarget(), { style }) as unknown as HTMLDivElement;
}

async function mounted() {
  const said: string[] = [];
  const controller = new ViewportController({
    imageId: 'i',
    headerPath: '/header/',
    framePath: '/frame/',
    announce: (text) => said.push(text),
    onDraftBox: () => undefined,
  });
  await controller.mount(place());
  return { controller, said, arrived: fakes.source!.onHash };
}

beforeEach(() => {
  Object.assign(fakes, { source: null, destroyed: 0, current: null, stacks: [], properties: [], frame: Promise.resolve(), preview: Promise.resolve() });
  vi.stubGlobal('requestAnimationFrame', () => 0);
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      disconnect(): void {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

describe('the pixels of a frame', () => {
  it('are compared with the hash in the header, and are taken away when they differ', async () => {
    const { controller, said, arrived } = await mounted();
    expect(controller.view.get().status).toBe('ready');
    arrived('linear', 'b'.repeat(64), 'b'.repeat(64));
    expect(controller.view.get()).toMatchObject({ status: 'error', sha256: null });
    expect(said.at(-1)).toBe(
      'The image arrived damaged (SHA-256 bbbbbbbb…, expected aaaaaaaa…). Reload the page.',
    );
    expect(fakes.destroyed).toBe(1);
  });

  it('of a lookup table are compared with the hash that the server sent with them', async () => {
    const { controller, arrived } = await mounted();
    arrived('0', 'c'.repeat(64), 'c'.repeat(64));
    expect(controller.view.get()).toMatchObject({ status: 'ready', sha256: 'c'.repeat(64) });
    arrived('0', 'c'.repeat(64), 'd'.repeat(64));
    expect(controller.view.get().status).toBe('error');
  });

  it('that are right are shown under their hash', async () => {
    const { controller, arrived } = await mounted();
    arrived('linear', HEADER.sha256, null);
    expect(controller.view.get()).toMatchObject({ status: 'ready', sha256: HEADER.sha256 });
    expect(fakes.destroyed).toBe(0);
  });
});

describe('image pixels', () => {
  it('have their corners at integers: half a pixel from the index, which counts centres', async () => {
    const { controller } = await mounted();
    expect(controller.pxToCanvas(0, 0)).toMatchObject({ x: -0.5, y: -0.5 });
    expect(controller.pxToCanvas(10.5, 20.5)).toMatchObject({ x: 10, y: 20 });
    expect(controller.canvasToPx(10, 20)).toMatchObject({ x: 10.5, y: 20.5 });
  });
});

describe('the window', () => {
  it('starts with the preset that the header says opens the page, and comes back to it', async () => {
    const { controller } = await mounted();
    expect(fakes.properties.at(-1)).toEqual({ voiRange: { lower: 100, upper: 900 } });
    expect(controller.view.get()).toMatchObject({ bounds: { lower: 100, upper: 900 }, presetIndex: 1 });
    await controller.applyPreset(HEADER.presets[0]!, 0);
    expect(controller.view.get()).toMatchObject({ bounds: { lower: 9000, upper: 9900 }, presetIndex: 0 });
    await controller.reset();
    expect(controller.view.get()).toMatchObject({ bounds: { lower: 100, upper: 900 }, presetIndex: 1 });
  });

  it('is inverted by the display alone: its bounds stay', async () => {
    const { controller, said } = await mounted();
    controller.toggleInvert();
    expect(fakes.properties.at(-1)).toEqual({ invert: true });
    expect(controller.view.get()).toMatchObject({ isInverted: true, bounds: { lower: 100, upper: 900 } });
    expect(said.at(-1)).toBe('inverted');
  });
});

describe('a screen that pictures follow each other on', () => {
  const onScreen = (screen: InstanceType<typeof Screen>, imageId: string) =>
    new ViewportController({
      imageId,
      headerPath: '/header/',
      framePath: '/frame/',
      screen,
      announce: () => undefined,
      onDraftBox: () => undefined,
    });

  it('keeps its engine, and hides what was on it until the next picture is drawn', async () => {
    const screen = new Screen();
    const element = place();
    const first = onScreen(screen, 'a');
    await first.mount(element);
    element.dispatchEvent(new Event('image'));
    first.destroy();
    expect(element.style.getPropertyValue('visibility')).toBe('hidden');
    element.dispatchEvent(new Event('image')); // the one before is drawn once more
    expect(element.style.getPropertyValue('visibility')).toBe('hidden');
    await onScreen(screen, 'b').mount(element);
    expect(element.style.getPropertyValue('visibility')).toBe('hidden');
    element.dispatchEvent(new Event('image'));
    expect(element.style.getPropertyValue('visibility')).toBe('');
    expect(fakes).toMatchObject({ destroyed: 0, current: 'sightline:b:linear' });
  });

  it('is given nothing of a picture that has left, even if it was on its way there', async () => {
    const screen = new Screen();
    const element = place();
    const [left, next] = [{}, { drawn: () => undefined }] as [Projector, Projector];
    screen.take(element, left);
    const late = screen.put('sightline:a:linear', left);
    screen.leave(left);
    screen.take(element, next);
    expect([await late, await screen.put('sightline:b:linear', next)]).toEqual([false, true]);
    expect(fakes.stacks).toEqual(['sightline:b:linear']);
  });

  it('is not taken by pixels that come late for a picture that was left', async () => {
    const screen = new Screen();
    const element = place();
    let arrive = (): void => undefined;
    fakes.frame = new Promise((resolve) => (arrive = resolve));
    const left = onScreen(screen, 'a');
    const mounting = left.mount(element);
    left.destroy();
    fakes.frame = Promise.resolve();
    await onScreen(screen, 'b').mount(element);
    arrive();
    await mounting;
    expect(fakes.current).toBe('sightline:b:linear');
    expect(left.view.get().status).toBe('loading');
  });
});

describe('a preview', () => {
  const previewed = () => {
    const controller = new ViewportController({
      imageId: 'i',
      headerPath: '/header/',
      framePath: '/frame/',
      hasPreview: true,
      announce: () => undefined,
      onDraftBox: () => undefined,
    });
    return { controller, mounting: controller.mount(place()) };
  };

  it('stands for the whole frame until it comes, and says so; window and places are those of the image', async () => {
    let arrive = (): void => undefined;
    fakes.frame = new Promise((resolve) => (arrive = resolve));
    const { controller, mounting } = previewed();
    await vi.waitFor(() => expect(controller.view.get().status).toBe('preview'));
    expect(fakes.current).toBe('sightline:i:preview');
    expect(controller.pxToCanvas(0, 0)).toMatchObject({ x: -0.5, y: -0.5 });
    expect(controller.pxToCanvas(200, 100)).toMatchObject({ x: 99.5, y: 49.5 });
    expect(controller.canvasToPx(99.5, 49.5)).toMatchObject({ x: 200, y: 100 });
    controller.setBounds({ lower: 5, upper: 50 });
    controller.view.set({ presetIndex: null, presetName: 'mine' });
    arrive();
    await mounting;
    expect(controller.view.get()).toMatchObject({ status: 'ready', presetName: 'mine', bounds: { lower: 5, upper: 50 } });
    expect(fakes.current).toBe('sightline:i:linear');
    expect(controller.pxToCanvas(200, 100)).toMatchObject({ x: 199.5, y: 99.5 });
  });

  it('is left out when the frame comes at once, or when it does not come itself', async () => {
    const quick = previewed();
    const seen: string[] = [];
    quick.controller.view.subscribe(() => seen.push(quick.controller.view.get().status));
    await quick.mounting;
    fakes.preview = Promise.reject(new Error('the server has none'));
    const without = previewed();
    without.controller.view.subscribe(() => seen.push(without.controller.view.get().status));
    await without.mounting;
    expect(seen).not.toContain('preview');
    expect([quick, without].map(({ controller }) => controller.view.get().status)).toEqual(['ready', 'ready']);
  });
});
