/** The voting page: picture, status, boxes. Blind to readers, models and the other votes, save for the chair. */
import { useEffect, useMemo, useRef } from 'react';
import { listenToKeys } from '../keys/key_handler';
import type { LabelledBox } from '../overlay/box_layer';
import { useLayers } from '../overlay/use_layers';
import { ChipGroup } from '../panel/ChipGroup';
import { SidePanel } from '../shell/SidePanel';
import { DragTools, FitTools, InvertTool, Presets, TurnTools } from '../shell/ViewTools';
import { useStore } from '../state/store';
import { SideMarks } from '../viewport/SideMarks';
import { ScaleCorner, WindowCorner, useHeader } from '../viewport/ViewCorners';
import type { VoteDocument } from '../api/schema';
import type { TruthVoting } from './truth_voting';
import { STATUSES } from './truth_voting';
import { VOTE_KEYS } from './vote_keys';

const boxesText = (count: number): string => `${count || 'no'} ${count > 1 ? 'boxes' : 'box'}`;

interface Props {
  readonly voting: TruthVoting;
}

const titleOf = (status: string): string => STATUSES.find((own) => own.value === status)?.title ?? status;

function Stage({ voting }: Props) {
  const { controller } = voting;
  const { status, error } = useStore(controller.view);
  const state = useStore(voting.state);
  const host = useRef<HTMLDivElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const boxes = useRef<SVGSVGElement>(null);
  const header = useHeader(controller);
  const size = useMemo(() => header && { columns: header.columns, rows: header.rows }, [header]);
  const layers = useLayers(controller, size, heat, boxes);

  useEffect(() => {
    if (!host.current) return;
    void controller.mount(host.current);
    return () => controller.unmount();
  }, [controller]);

  useEffect(() => {
    const now = layers.current;
    if (!now) return;
    const own: LabelledBox[] = state.regions.flatMap((box, i) =>
      i === state.chosen && !voting.isReadOnly
        ? []
        : [{ box, label: String(i + 1), speaker: 'reader' as const, isFaint: false }],
    );
    const others: LabelledBox[] = (state.document?.votes ?? []).flatMap((vote, i) =>
      vote.regions.map((box) => ({ box, label: `vote ${i + 1}`, speaker: 'truth' as const, isFaint: true })),
    );
    now.boxes.setBoxes([...own, ...others]);
    if (now.affine) now.boxes.draw(now.affine);
  }, [voting, layers, state, size]);

  return (
    <main className="stage">
      <div
        ref={host}
        id="viewport"
        className="viewport"
        data-testid="viewport"
        data-status={status}
        role="application"
        aria-label={`Radiograph of case ${voting.boot.case}`}
        onContextMenu={(event) => event.preventDefault()}
      />
      <canvas ref={heat} className="layer" aria-hidden="true" />
      <svg ref={boxes} className="layer" data-testid="boxes" aria-hidden="true" />
      {header && (
        <>
          <WindowCorner controller={controller} header={header} />
          <ScaleCorner controller={controller} header={header} />
          <SideMarks controller={controller} header={header} />
        </>
      )}
      {status === 'loading' && <p className="stage-message">Loading the image…</p>}
      {error && <p className="stage-message stop">{error}</p>}
    </main>
  );
}

function OtherVotes({ votes }: { readonly votes: readonly VoteDocument[] }) {
  return (
    <section className="block" data-testid="votes">
      <h2>The votes differ</h2>
      <ol className="answers">
        {votes.map((vote, i) => (
          <li key={i}>
            vote {i + 1}: {titleOf(vote.status)}, {boxesText(vote.regions.length)}
            {vote.note && <span className="muted"> · {vote.note}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Ballot({ voting }: Props) {
  const state = useStore(voting.state);
  const { tool } = useStore(voting.controller.view);
  const { document } = state;
  if (!document) return <p className="muted">{state.announcement || 'Loading…'}</p>;
  const isOff = voting.isReadOnly;
  return (
    <>
      <h2>{document.label}</h2>
      {voting.isAdjudication && document.votes && <OtherVotes votes={document.votes} />}
      <ChipGroup
        label={`Is ${document.label} present?`}
        chips={STATUSES}
        value={state.status}
        testPrefix="status"
        onChoose={(status) => voting.choose(status)}
      />
      <div className="row block">
        <button
          type="button"
          className={tool === 'box' ? 'on' : ''}
          aria-pressed={tool === 'box'}
          data-testid="draw-box"
          disabled={isOff}
          onClick={() => voting.drawBox()}
        >
          Box <kbd>B</kbd>
        </button>
        <span className="grow small muted">where it is; none is needed when it is absent</span>
      </div>
      <ol className="marks">
        {state.regions.map((box, i) => (
          <li key={i} className={i === state.chosen ? 'on' : ''}>
            <div className="row">
              <button type="button" className="plain reader" onClick={() => voting.select(i)}>
                box {i + 1}
              </button>
              <span className="grow num small muted">
                {[box.x, box.y, box.w, box.h].map((value) => value.toFixed(0)).join(', ')}
              </span>
              <button type="button" className="plain" disabled={isOff} onClick={() => voting.remove(i)}>
                remove
              </button>
            </div>
          </li>
        ))}
      </ol>
      {voting.isAdjudication && (
        <label className="question">
          <span className="muted">Present at the meeting (names, separated by commas)</span>
          <input
            type="text"
            data-testid="attendees"
            value={state.attendees}
            onChange={(event) => voting.state.set({ attendees: event.target.value })}
          />
        </label>
      )}
      <label className="question">
        <span className="muted">Note</span>
        <textarea
          rows={2}
          maxLength={2000}
          value={state.note}
          disabled={isOff}
          placeholder="no names or dates"
          onChange={(event) => voting.state.set({ note: event.target.value })}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
      </label>
      <div className="row block">
        <span className="grow small muted">
          {isOff && !state.isSending ? 'your vote is kept; a vote is never changed' : 'a vote is never changed'}
        </span>
        <button
          type="button"
          className="save"
          aria-disabled={isOff || state.status === null}
          data-testid="submit"
          onClick={() => void voting.submit()}
        >
          {voting.isAdjudication ? 'Decide' : 'Vote'} <kbd>Enter</kbd>
        </button>
      </div>
    </>
  );
}

export function VotePage({ voting }: Props) {
  const { announcement } = useStore(voting.state);
  const { boot, controller } = voting;
  useEffect(() => listenToKeys(voting, VOTE_KEYS), [voting]);
  return (
    <div className="reading-page">
      <header className="banner">
        <a className="brand" href={boot.urls.back} title="back to the study">
          Sightline
        </a>
        <span className="muted">{boot.title}</span>
        <span className="chip num" data-testid="case-code">
          {boot.case}
        </span>
        <span>reference standard</span>
        <span className="grow" />
        <span className="research" data-testid="research-banner">
          Research use only — not for diagnosis
        </span>
      </header>
      <nav className="toolbar" aria-label="Tools">
        <DragTools controller={controller} />
        <span className="sep" />
        <TurnTools controller={controller} hasKeys={false} />
        <InvertTool controller={controller} />
        <Presets controller={controller} announce={(text) => voting.announce(text)} />
        <span className="sep" />
        <FitTools controller={controller} />
      </nav>
      <Stage voting={voting} />
      <SidePanel label="Vote" sheet={voting.sheet} strip={<span className="muted">Vote</span>}>
        <Ballot voting={voting} />
      </SidePanel>
      <footer className="status-bar">
        <span role="status" aria-live="polite" data-testid="live-region">
          {announcement}
        </span>
        <span className="grow" />
        <span>{boot.user.username}</span>
        <span>⇧1 present · ⇧2 absent · ⇧3 indeterminate · B box · Enter vote</span>
      </footer>
    </div>
  );
}
