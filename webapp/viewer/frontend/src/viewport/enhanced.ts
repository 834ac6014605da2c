/**
 * The picture with its local contrast raised: a frame that the server makes for the eye alone. Like an inversion it is kept nowhere
 * and goes with the case; any window that is chosen takes its place.
 */
import type { PresetItem } from '../api/documents';
import type { ViewportController } from './controller';
import { faultText } from './fault_text';
import type { ViewState } from './view_state';
import { ENHANCED_FRAME } from './window_level';

const ENHANCED: PresetItem = { key: 0, name: 'Enhanced', frame: ENHANCED_FRAME, lower: 0, upper: 65_535 };

type Shown = Pick<ViewState, 'frame' | 'bounds' | 'presetName' | 'presetIndex'>;

/** What was shown before a picture was enhanced. */
const before = new WeakMap<ViewportController, Shown>();
/** What is shown while the frame is on its way. */
const waiting = new WeakMap<ViewportController, Shown>();

const isSame = (a: Shown, b: Shown): boolean => a.frame === b.frame && a.bounds === b.bounds && a.presetName === b.presetName;

/** On, or off again to the window of before. A window that is chosen while the frame is on its way stays. */
export async function toggleEnhanced(controller: ViewportController, announce: (text: string) => void): Promise<void> {
  const now = controller.view.get();
  if (now.frame === ENHANCED_FRAME) return putAway(controller, announce);
  if (waiting.delete(controller)) return announce('enhanced picture off');
  if (now.status !== 'ready') return announce('the picture is enhanced once it is whole');
  waiting.set(controller, now);
  announce('enhancing the picture…');
  try {
    await controller.film.load(ENHANCED_FRAME);
    const isWanted = waiting.get(controller) === now && isSame(now, controller.view.get());
    if (!isWanted) return;
    before.set(controller, now);
    await controller.show(ENHANCED, null);
    announce('enhanced picture: local contrast is raised, no longer as acquired');
  } catch (error) {
    announce(`the enhanced picture could not be shown: ${faultText(error)}`);
  } finally {
    if (waiting.get(controller) === now) waiting.delete(controller);
  }
}

async function putAway(controller: ViewportController, announce: (text: string) => void): Promise<void> {
  const shown = before.get(controller);
  if (!shown) return controller.reset();
  const { frame, bounds, presetName, presetIndex } = shown;
  try {
    await controller.show({ key: 0, name: presetName, frame, ...bounds }, presetIndex);
    announce(`enhanced picture off, window ${presetName}`);
  } catch (error) {
    announce(`the picture stays enhanced: ${faultText(error)}`);
  }
}
