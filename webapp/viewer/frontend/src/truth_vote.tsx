/** Entry of the voting page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { FaultBoundary } from './shell/FaultBoundary';
import { NoWebGl } from './shell/NoWebGl';
import './style/reading.css';
import './style/sheet.css';
import './style/study.css';
import { exposeHooksOf } from './test_hooks';
import { VotePage } from './truth/VotePage';
import type { VoteBoot } from './truth/truth_voting';
import { TruthVoting } from './truth/truth_voting';
import { hasWebGl2 } from './viewport/webgl';

function readBoot(): VoteBoot {
  const script = document.getElementById('vote-boot');
  if (!script?.textContent) throw new Error('voting page without #vote-boot: the template must write it');
  return JSON.parse(script.textContent) as VoteBoot;
}

const element = document.getElementById('vote-root');
if (element) {
  const root = createRoot(element);
  if (hasWebGl2()) {
    const voting = new TruthVoting(readBoot());
    exposeHooksOf(() => voting.controller);
    root.render(
      <StrictMode>
        <FaultBoundary keepsAnswers={false}>
          <VotePage voting={voting} />
        </FaultBoundary>
      </StrictMode>,
    );
    void voting.open();
  } else root.render(<NoWebGl />);
}
