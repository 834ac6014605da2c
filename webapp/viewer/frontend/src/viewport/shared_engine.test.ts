/** One engine for the screens of a page. */
import { beforeEach, describe, expect, it, vi } from 'vitest';

const calls = vi.hoisted(() => [] as string[]);

vi.mock('@cornerstonejs/core', () => ({
  Enums: { ViewportType: { STACK: 'stack' } },
  RenderingEngine: class {
    constructor(readonly id: string) {
      calls.push('made');
    }
    enableElement({ viewportId }: { viewportId: string }): void {
      calls.push(`enabled ${viewportId}`);
    }
    disableElement(viewportId: string): void {
      calls.push(`disabled ${viewportId}`);
    }
    getViewport(id: string): unknown {
      return { id };
    }
    resize(): void {
      calls.push('resized');
    }
    destroy(): void {
      calls.push('destroyed');
    }
  },
  cache: { setMaxCacheSize: () => undefined },
  init: () => undefined,
}));
vi.mock('@cornerstonejs/tools', () => ({ init: () => undefined }));

const { SharedEngine } = await import('./shared_engine');
const element = {} as HTMLDivElement;
const around = (name: string) => (resize: () => void) => {
  calls.push(`${name} before`);
  resize();
  calls.push(`${name} after`);
};

beforeEach(() => void calls.splice(0));

describe('the engine of a page', () => {
  it('is made for the first screen and destroyed with the last', () => {
    const engine = new SharedEngine();
    const one = engine.enable(element, 'one', around('one'));
    const two = engine.enable(element, 'two', around('two'));
    expect(two.engineId).toBe(one.engineId);
    engine.disable('one');
    engine.disable('two');
    engine.disable('two');
    expect(calls).toEqual(['made', 'enabled one', 'enabled two', 'disabled one', 'destroyed']);
    expect(engine.enable(element, 'three', around('three')).engineId).not.toBe(one.engineId);
  });

  it('resizes all canvases at once, and every screen has looked before', () => {
    const engine = new SharedEngine();
    engine.enable(element, 'one', around('one'));
    engine.enable(element, 'two', around('two'));
    calls.splice(0);
    engine.resize();
    expect(calls).toEqual(['two before', 'one before', 'resized', 'one after', 'two after']);
  });
});
