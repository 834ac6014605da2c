/** Entry of the reading page: reads the boot document, opens the session, renders. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { readBoot } from './boot';
import { KEY_TABLE } from './keys/key_table';
import { takeOwnButtons } from './keys/own_buttons';
import { takeOwnKeys } from './keys/own_keys';
import { browserDrafts } from './reviews/draft_storage';
import { openOutboxStorage } from './reviews/outbox_storage';
import { sendJson } from './api/request';
import type { OpenedCase } from './api/schema';
import { browserAddresses } from './session/case_addresses';
import { Lightbox } from './session/lightbox';
import { Sitting, browserChoices } from './session/sitting';
import { FaultBoundary } from './shell/FaultBoundary';
import { NoWebGl } from './shell/NoWebGl';
import { ReadingPage } from './shell/ReadingPage';
import './style/reading.css';
import './style/sheet.css';
import './style/operating_point.css';
import './style/model_card.css';
import './dicom_header/dicom_header.css';
import './measuring/measuring.css';
import './prior/prior.css';
import './later/later.css';
import { exposeHooksOf } from './test_hooks';
import { hasWebGl2 } from './viewport/webgl';

/** Without an answer by then the line counts as gone, and the case before stays. */
const LONGEST_OPENING_MS = 10_000;

async function start(element: HTMLElement): Promise<void> {
  const root = createRoot(element);
  if (!hasWebGl2()) {
    root.render(<NoWebGl />);
    return;
  }
  const boot = readBoot(element);
  takeOwnKeys(boot.user.keys.keys, KEY_TABLE);
  takeOwnButtons(boot.user.keys.buttons);
  const sitting = new Sitting(boot.sitting, browserChoices());
  const storage = await openOutboxStorage();
  const openCase = (image: string): Promise<OpenedCase> => {
    const path = `/api/images/${image}/opening/${window.location.search}`;
    return sendJson('POST', path, {}, boot.csrf, {}, AbortSignal.timeout(LONGEST_OPENING_MS));
  };
  const lightbox = new Lightbox(boot, storage, sitting, browserDrafts, openCase, browserAddresses);
  exposeHooksOf(
    () => lightbox.session.controller,
    () => lightbox.priors.state.get().controller,
  );
  root.render(
    <StrictMode>
      <FaultBoundary keepsAnswers={storage.isDurable}>
        <ReadingPage lightbox={lightbox} />
      </FaultBoundary>
    </StrictMode>,
  );
  await lightbox.open();
}

const element = document.getElementById('reading-root');
if (element) void start(element);
