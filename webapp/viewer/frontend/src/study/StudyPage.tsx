/** The whole page of a reader in a study: what comes next, or the case that is being read. */
import { useEffect, useState } from 'react';
import { listenToKeys } from '../keys/key_handler';
import { KeySheet } from '../shell/KeySheet';
import { SidePanel } from '../shell/SidePanel';
import { ToolButton } from '../shell/ToolButton';
import { DragTools, EnhanceTool, FitTools, InvertTool, Presets, TurnTools } from '../shell/ViewTools';
import { useStore } from '../state/store';
import { AiPanel } from './AiPanel';
import { AnswerPanel } from './AnswerPanel';
import { BetweenCases } from './BetweenCases';
import { CodingPanel } from './CodingPanel';
import { Notices, SaveLine } from './SaveLine';
import { StudyStage } from './StudyStage';
import type { CaseReading } from './case_reading';
import type { Assignment } from './documents';
import { STUDY_KEYS, studyKey } from './study_keys';
import type { StudySession } from './study_session';

const RESEARCH = 'Research use only — not for diagnosis';
const STAGES: Record<Assignment['stage'], string> = { unaided: 'without the model', aided: 'with the model', coding: 'coding' };

interface Props {
  readonly session: StudySession;
  readonly reading: CaseReading;
}

function Banner({ session, reading }: { readonly session: StudySession; readonly reading: CaseReading | null }) {
  const assignment = reading?.assignment;
  return (
    <header className="banner">
      <a className="brand" href={session.boot.urls.study} title="back to the study">
        Sightline
      </a>
      <span className="muted">{session.boot.title}</span>
      {assignment && (
        <>
          <span className="chip num" data-testid="case-code">
            {assignment.case}
          </span>
          <span data-testid="part">
            {assignment.part}
            {assignment.stages.length > 1 && ` · ${STAGES[assignment.stage]}`}
            {assignment.role === 'training' && ' · training'}
          </span>
        </>
      )}
      <span className="grow" />
      <span className="research" data-testid="research-banner">
        {RESEARCH}
      </span>
      {assignment && (
        <span className="case-position muted" data-testid="position">
          {assignment.position} of {assignment.total}
        </span>
      )}
    </header>
  );
}

function Tools({ session, reading }: Props) {
  const { controller } = reading;
  const { isPaused } = useStore(reading.state);
  const { isKeySheetOpen } = useStore(session.state);
  return (
    <nav className="toolbar" aria-label="Tools">
      <DragTools controller={controller} />
      <span className="sep" />
      <TurnTools controller={controller} />
      <InvertTool controller={controller} />
      {reading.assignment.form.enhanced && <EnhanceTool controller={controller} onPress={() => reading.enhance()} />}
      <Presets controller={controller} announce={(text) => session.announce(text)} />
      <span className="sep" />
      <FitTools controller={controller} />
      <span className="sep" />
      <ToolButton label="Undo" shortcut={studyKey('undo')} onPress={() => reading.undo()} />
      <ToolButton label="Redo" shortcut={studyKey('redo')} onPress={() => reading.redo()} />
      <ToolButton
        label={isPaused ? 'Go on' : 'Pause'}
        shortcut={studyKey('pause')}
        isOn={isPaused}
        testId="pause"
        onPress={() => void reading.togglePause()}
      />
      <span className="grow" />
      <button
        type="button"
        className="plain"
        onClick={() => session.state.set({ isKeySheetOpen: !isKeySheetOpen })}
      >
        keys <kbd>?</kbd>
      </button>
    </nav>
  );
}

/** Seconds until the submission goes out, counted for the eye. */
function useCountdown(at: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (at === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [at]);
  return at === null ? 0 : Math.max(0, Math.ceil((at - now) / 1000));
}

function Submit({ session, reading }: Props) {
  const { feedback } = useStore(reading.state); // and whether the model's output has come
  const { at, isLocking, receipt } = useStore(reading.submission.state);
  useStore(reading.history);
  const left = useCountdown(at);
  if (feedback) {
    return (
      <section className="block" data-testid="feedback">
        <p>{feedback.explain}</p>
        <button type="button" className="save" onClick={() => void session.advance()}>
          Next case <kbd>{studyKey('submit')}</kbd>
        </button>
      </section>
    );
  }
  if (receipt || isLocking) return <p className="muted block">{receipt ? 'locked' : 'submitting…'}</p>;
  if (at !== null) {
    return (
      <div className="row block" data-testid="submitting">
        <span className="grow">submitting in {left} s</span>
        <button type="button" onClick={() => reading.submission.takeBack()}>
          Take back <kbd>{studyKey('undo')}</kbd>
        </button>
      </div>
    );
  }
  const lacks = reading.lacks();
  return (
    <div className="row block">
      <span className="grow small muted" data-testid="lacks">
        {lacks.length ? `still needed: ${lacks.join(', ')}` : 'complete; after submitting there is no way back'}
      </span>
      <button
        type="button"
        className="save"
        aria-disabled={lacks.length > 0}
        data-testid="submit"
        onClick={() => reading.submit()}
      >
        Submit <kbd>{studyKey('submit')}</kbd>
      </button>
    </div>
  );
}

function CasePage({ session, reading }: Props) {
  const { scheme } = useStore(session.state);
  return (
    <>
      <Tools session={session} reading={reading} />
      <StudyStage reading={reading} />
      <SidePanel label="Answer" sheet={session.sheet} strip={<span className="muted">Answer</span>}>
        <Notices session={session} reading={reading} />
        <AiPanel reading={reading} />
        {reading.assignment.stage === 'coding' ? (
          <CodingPanel reading={reading} scheme={scheme} />
        ) : (
          <AnswerPanel reading={reading} />
        )}
        <Submit session={session} reading={reading} />
      </SidePanel>
      <SaveLine session={session} reading={reading} />
    </>
  );
}

export function StudyPage({ session }: { readonly session: StudySession }) {
  const { reading, announcement, isKeySheetOpen } = useStore(session.state);
  useEffect(() => listenToKeys(session, STUDY_KEYS), [session]);
  return (
    <div className="reading-page">
      <Banner session={session} reading={reading} />
      {reading ? (
        <CasePage key={`${reading.assignment.id}-${reading.assignment.stage}`} session={session} reading={reading} />
      ) : (
        <BetweenCases session={session} />
      )}
      {isKeySheetOpen && (
        <KeySheet table={STUDY_KEYS} onClose={() => session.state.set({ isKeySheetOpen: false })} />
      )}
      <div className="visually-hidden" role="status" aria-live="polite" data-testid="live-region">
        {announcement}
      </div>
    </div>
  );
}
