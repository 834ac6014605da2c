/** Entry of the second window: its reading page is named behind the # of its address. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { SecondWindowBoot } from './api/schema';
import { KEY_TABLE } from './keys/key_table';
import { takeOwnButtons } from './keys/own_buttons';
import { takeOwnKeys } from './keys/own_keys';
import { SecondPage } from './second/SecondPage';
import { SecondWindow } from './second/second_window';
import { FaultBoundary } from './shell/FaultBoundary';
import { NoWebGl } from './shell/NoWebGl';
import './style/reading.css';
import './style/sheet.css';
import './prior/prior.css';
import './second/second_window.css';
import { exposeHooksOf } from './test_hooks';
import { hasWebGl2 } from './viewport/webgl';

function readBoot(): SecondWindowBoot {
  const script = document.getElementById('second-boot');
  if (!script?.textContent) throw new Error('second window without #second-boot: the template must write it');
  return JSON.parse(script.textContent) as SecondWindowBoot;
}

const element = document.getElementById('second-root');
if (element) {
  const root = createRoot(element);
  if (hasWebGl2()) {
    const { csrf, keys } = readBoot();
    takeOwnKeys(keys.keys, KEY_TABLE);
    takeOwnButtons({ ...keys.buttons, wheel: keys.buttons.wheel === 'cases' ? 'zoom' : keys.buttons.wheel });
    const second = new SecondWindow(csrf, () => document.visibilityState === 'hidden');
    exposeHooksOf(() => second.state.get().controller);
    root.render(
      <StrictMode>
        <FaultBoundary keepsAnswers={false}>
          <SecondPage second={second} />
        </FaultBoundary>
      </StrictMode>,
    );
    const follow = (): void => second.follow(window.location.hash.slice(1));
    window.addEventListener('hashchange', follow);
    window.addEventListener('focus', () => second.wake());
    document.addEventListener('visibilitychange', () => second.wake());
    follow();
  } else root.render(<NoWebGl />);
}
