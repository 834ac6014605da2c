/** Entry of the reading page: reads the boot document, opens the session, renders. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { readBoot } from './boot';
import { browserDrafts } from './reviews/draft_storage';
import { openOutboxStorage } from './reviews/outbox_storage';
import { Lightbox } from './session/lightbox';
import { Sitting, browserChoices } from './session/sitting';
import { FaultBoundary } from './shell/FaultBoundary';
import { NoWebGl } from './shell/NoWebGl';
import { ReadingPage } from './shell/ReadingPage';
import './style/reading.css';
import './style/sheet.css';
import { exposeHooks } from './test_hooks';
import { hasWebGl2 } from './viewport/webgl';

async function start(element: HTMLElement): Promise<void> {
  const root = createRoot(element);
  if (!hasWebGl2()) {
    root.render(<NoWebGl />);
    return;
  }
  const boot = readBoot(element);
  const sitting = new Sitting(boot.sitting, browserChoices());
  const storage = await openOutboxStorage();
  const lightbox = new Lightbox(boot, storage, sitting, browserDrafts);
  const { session } = lightbox.shown;
  exposeHooks(session);
  root.render(
    <StrictMode>
      <FaultBoundary keepsAnswers={storage.isDurable}>
        <ReadingPage session={session} />
      </FaultBoundary>
    </StrictMode>,
  );
  await lightbox.open();
}

const element = document.getElementById('reading-root');
if (element) void start(element);
