/** The measuring tools as buttons on the picture, for pointer and finger; closed, they are keys alone. */
import { actionOf, keyOf } from '../keys/key_table';
import { ToolButton } from '../shell/ToolButton';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { KINDS, inSentence } from './measurement';
import { measure, measuringOf, redoLast, toggleLoupe, toggleValue, undoLast } from './measuring_of_case';

export function MeasureButton() {
  const desk = measuringOf(useSession());
  const { isOpen, tool } = useStore(desk.state);
  return <ToolButton label="Measure" hint={KINDS.map(({ title }) => inSentence(title)).join(', ')} isOn={isOpen || tool !== null} onPress={() => desk.toggle()} />;
}

export function MeasuringTools() {
  const session = useSession();
  const { isOpen, tool, isValueShown, isLoupeOn } = useStore(measuringOf(session).state);
  if (!isOpen) return null;
  return (
    <div className="measuring-tools" role="toolbar" aria-label="Measuring tools" data-testid="measuring-tools">
      {KINDS.map(({ kind, title }) => (
        <ToolButton
          key={kind}
          label={title}
          shortcut={keyOf(`measure-${kind}`)}
          hint={actionOf(`measure-${kind}`)}
          isOn={tool === kind}
          onPress={() => measure(session, kind)}
        />
      ))}
      <ToolButton label="Value" shortcut={keyOf('pixel-value')} hint={actionOf('pixel-value')} isOn={isValueShown} onPress={() => toggleValue(session)} />
      <ToolButton label="Loupe" shortcut={keyOf('loupe')} hint={actionOf('loupe')} isOn={isLoupeOn} onPress={() => toggleLoupe(session)} />
      <span className="sep" />
      <ToolButton label="Undo" shortcut={keyOf('undo')} hint={actionOf('undo')} onPress={() => undoLast(session)} />
      <ToolButton label="Redo" shortcut={keyOf('redo')} hint={actionOf('redo')} onPress={() => redoLast(session)} />
    </div>
  );
}
