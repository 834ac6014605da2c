import { describe, expect, it } from 'vitest';
import type { PresetItem } from '../api/documents';
import { createStore } from '../state/store';
import type { ViewportController } from './controller';
import { toggleEnhanced } from './enhanced';
import type { ViewState } from './view_state';
import { INITIAL_VIEW } from './view_state';

const BOUNDS = { lower: 10, upper: 20 };
const LUNGS: Partial<ViewState> = { status: 'ready', frame: 'linear', bounds: BOUNDS, presetName: 'Lungs', presetIndex: 2 };

/** A picture whose enhanced frame comes, or does not, when the test says so. */
function picture(view: Partial<ViewState> = LUNGS) {
  const store = createStore<ViewState>({ ...INITIAL_VIEW, ...view });
  const loads: { come: () => void; fail: (why: Error) => void }[] = [];
  const said: string[] = [];
  const show = ({ name, frame, lower, upper }: PresetItem, presetIndex: number | null): Promise<void> => {
    store.set({ frame, presetName: name, presetIndex, bounds: { lower, upper } });
    return Promise.resolve();
  };
  const load = (): Promise<string> =>
    new Promise((resolve, reject) => loads.push({ come: () => resolve('frame'), fail: reject }));
  const controller = { view: store, film: { load }, show } as unknown as ViewportController;
  return { store, loads, said, toggle: () => toggleEnhanced(controller, (text) => said.push(text)) };
}

describe('the enhanced picture', () => {
  it('comes and goes by one key, and brings the window of before back', async () => {
    const { store, loads, toggle } = picture();
    const on = toggle();
    loads[0]?.come();
    await on;
    expect(store.get()).toMatchObject({ frame: 'enhanced', presetName: 'Enhanced', presetIndex: null, bounds: { lower: 0, upper: 65535 } });
    await toggle();
    expect(store.get()).toMatchObject(LUNGS);
  });

  it('does not take the place of a window that was chosen while it was on its way', async () => {
    const { store, loads, toggle } = picture();
    const on = toggle();
    store.set({ presetName: 'Auto', presetIndex: 1, bounds: { lower: 0, upper: 9 } });
    loads[0]?.come();
    await on;
    expect(store.get()).toMatchObject({ frame: 'linear', presetName: 'Auto' });
  });

  it('stays away when the key is pressed again before it came', async () => {
    const { store, loads, said, toggle } = picture();
    const on = toggle();
    await toggle();
    loads[0]?.come();
    await on;
    expect(store.get().frame).toBe('linear');
    expect(said.at(-1)).toBe('enhanced picture off');
  });

  it('says so when it does not come, and can be asked for again', async () => {
    const { store, loads, said, toggle } = picture();
    const first = toggle();
    loads[0]?.fail(new Error('no connection'));
    await first;
    expect([store.get().frame, said.at(-1)]).toEqual(['linear', 'the enhanced picture could not be shown: no connection']);
    const second = toggle();
    loads[1]?.come();
    await second;
    expect(store.get().frame).toBe('enhanced');
  });

  it('waits for the whole picture', async () => {
    const { loads, said, toggle } = picture({ ...LUNGS, status: 'preview' });
    await toggle();
    expect([loads.length, said]).toEqual([0, ['the picture is enhanced once it is whole']]);
  });
});
