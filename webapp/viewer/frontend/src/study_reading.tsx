/** Entry of the study reading page: reads the boot document, opens the session, renders. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { FaultBoundary } from './shell/FaultBoundary';
import { NoWebGl } from './shell/NoWebGl';
import { StudyPage } from './study/StudyPage';
import type { StudyBoot } from './study/documents';
import { openDraftStorage } from './study/draft_storage';
import { StudyApi, tabId } from './study/study_api';
import { StudySession } from './study/study_session';
import './style/reading.css';
import './style/sheet.css';
import './style/study.css';
import { exposeHooksOf } from './test_hooks';
import { hasWebGl2 } from './viewport/webgl';

function readBoot(): StudyBoot {
  const script = document.getElementById('study-boot');
  if (!script?.textContent) throw new Error('study page without #study-boot: the template must write it');
  return JSON.parse(script.textContent) as StudyBoot;
}

async function start(element: HTMLElement): Promise<void> {
  const root = createRoot(element);
  if (!hasWebGl2()) {
    root.render(<NoWebGl />);
    return;
  }
  const boot = readBoot();
  const session = new StudySession(boot, new StudyApi(boot, tabId()), await openDraftStorage());
  exposeHooksOf(() => session.reading?.controller ?? null);
  root.render(
    <StrictMode>
      <FaultBoundary keepsAnswers>
        <StudyPage session={session} />
      </FaultBoundary>
    </StrictMode>,
  );
  await session.advance();
}

const element = document.getElementById('study-root');
if (element) void start(element);
