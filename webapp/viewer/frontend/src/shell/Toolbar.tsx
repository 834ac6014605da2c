/** Tools and window presets; every button shows its key, on narrow windows in its hint. */
import { toggleHeader } from '../dicom_header/header_open';
import { actionOf, keyOf } from '../keys/key_table';
import { MeasureButton } from '../measuring/MeasuringTools';
import { measuringOf, undoLast } from '../measuring/measuring_of_case';
import { drawBox } from '../session/form_box';
import { isAiShown } from '../session/panel_state';
import { useStore } from '../state/store';
import { PriorTools } from '../prior/PriorTools';
import { ToolButton } from './ToolButton';
import { toggleEnhanced } from '../viewport/enhanced';
import { DragTools, EnhanceTool, FitTools, InvertTool, Presets, TurnTools } from './ViewTools';
import { useSession } from './session_context';

export function Toolbar() {
  const session = useSession();
  const { controller } = session;
  const view = useStore(controller.view);
  const panel = useStore(session.panel);
  const measuring = useStore(measuringOf(session).state);
  return (
    <nav className="toolbar" aria-label="Tools">
      <div className="toolbar-tools">
        <DragTools controller={controller} isTaken={measuring.tool !== null} onPress={() => measuringOf(session).choose(null)} />
        <ToolButton
          label="Box"
          shortcut={keyOf('box')}
          hint="draw the box of a failure"
          isOn={view.tool === 'box'}
          onPress={() => drawBox(session)}
        />
        <MeasureButton />
        <span className="sep" />
        <TurnTools controller={controller} />
        <InvertTool controller={controller} />
        <EnhanceTool controller={controller} onPress={() => void toggleEnhanced(controller, (text) => session.announce(text))} />
        <Presets controller={controller} announce={(text) => session.announce(text)} />
        <span className="sep" />
        <FitTools controller={controller} />
        <ToolButton
          label="Second window"
          shortcut={keyOf('second-window')}
          hint={actionOf('second-window')}
          testId="second-window"
          onPress={() => session.announce(session.page.openSecond())}
        />
      </div>
      <div className="toolbar-end">
        <PriorTools />
        <ToolButton
          label="AI"
          shortcut={keyOf('layer')}
          hint={actionOf('layer')}
          isOn={isAiShown(panel) && !session.firstLook?.isWaiting()}
          onPress={() => session.toggleAi()}
        />
        <ToolButton
          label="Undo"
          shortcut={keyOf('undo')}
          hint="takes back what you did last on this page, answer or measurement; the record keeps what was said"
          onPress={() => undoLast(session)}
        />
        <ToolButton
          label="Tags"
          shortcut={keyOf('header')}
          hint={actionOf('header')}
          isOn={panel.isHeaderOpen}
          onPress={() => toggleHeader(session)}
        />
        <button
          type="button"
          className="plain"
          onClick={() => session.panel.set({ isKeySheetOpen: !panel.isKeySheetOpen })}
        >
          keys <kbd>{keyOf('keys')}</kbd>
        </button>
      </div>
    </nav>
  );
}
