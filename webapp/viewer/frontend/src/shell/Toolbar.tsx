/** Tools and window presets; every button shows its key. */
import { useEffect, useState } from 'react';
import type { PresetItem } from '../api/documents';
import { actionOf, keyOf } from '../keys/key_table';
import { useStore } from '../state/store';
import type { Tool } from '../viewport/view_state';
import { useSession } from './session_context';

interface ToolButtonProps {
  readonly label: string;
  readonly hint?: string;
  readonly keyId?: string;
  readonly isOn?: boolean;
  readonly onPress: (event: React.MouseEvent) => void;
}

function ToolButton({ label, hint, keyId, isOn, onPress }: ToolButtonProps) {
  return (
    <button
      type="button"
      className={isOn ? 'on' : ''}
      aria-pressed={isOn}
      title={hint ?? (keyId && actionOf(keyId))}
      onClick={onPress}
    >
      {label} {keyId && <kbd>{keyOf(keyId)}</kbd>}
    </button>
  );
}

const TOOLS: readonly { tool: Tool; label: string; hint: string; keyId?: string }[] = [
  { tool: 'window', label: 'W/L', hint: 'left drag changes window and level (Esc)' },
  { tool: 'pan', label: 'Pan', hint: 'left drag moves the picture (middle drag always does)' },
  { tool: 'zoom', label: 'Zoom', hint: 'left drag zooms (right drag and wheel always do)', keyId: 'zoom-tool' },
];

function Presets() {
  const session = useSession();
  const { presetIndex } = useStore(session.controller.view);
  const [presets, setPresets] = useState<readonly PresetItem[]>([]);
  useEffect(() => {
    session.controller.header.then(
      (header) => setPresets(header.presets),
      () => undefined,
    );
  }, [session]);
  return presets.map((preset, index) => (
    <button
      key={`${preset.key} ${preset.name}`}
      type="button"
      className={presetIndex === index ? 'on' : ''}
      aria-pressed={presetIndex === index}
      title={index === 0 ? 'the file’s own window; shift and click: its next stored window' : undefined}
      onClick={(event) =>
        void (index === 0 && event.shiftKey ? session.nextStoredWindow() : session.choosePreset(index))
      }
    >
      {preset.name} <kbd>{index + 1}</kbd>
    </button>
  ));
}

export function Toolbar() {
  const session = useSession();
  const { controller } = session;
  const view = useStore(controller.view);
  const panel = useStore(session.panel);
  return (
    <nav className="toolbar" aria-label="Tools">
      {TOOLS.map(({ tool, label, hint, keyId }) => (
        <ToolButton
          key={tool}
          label={label}
          hint={hint}
          keyId={keyId}
          isOn={view.tool === tool}
          onPress={() => controller.chooseTool(tool)}
        />
      ))}
      <ToolButton
        label="Box"
        keyId="box"
        hint="draw the box of a failure"
        isOn={view.tool === 'box'}
        onPress={() => session.drawBox()}
      />
      <span className="sep" />
      <ToolButton label="Invert" keyId="invert" isOn={view.isInverted} onPress={() => controller.toggleInvert()} />
      <Presets />
      <span className="sep" />
      <ToolButton label="Fit" keyId="fit" onPress={() => controller.fit()} />
      <ToolButton label="1:1" keyId="one-to-one" onPress={() => controller.oneToOne()} />
      <ToolButton label="Reset" keyId="reset" onPress={() => void controller.reset()} />
      <span className="sep" />
      <ToolButton
        label="AI"
        keyId="layer"
        hint="AI layer on or off; hold the key to hide it"
        isOn={panel.isAiVisible}
        onPress={() => session.toggleAi()}
      />
      <ToolButton
        label="Undo"
        keyId="undo"
        hint="takes your last answer back by giving the earlier one again; nothing is erased"
        onPress={() => void session.undoAnswer()}
      />
      <span className="grow" />
      <button
        type="button"
        className="plain"
        onClick={() => session.panel.set({ isKeySheetOpen: !panel.isKeySheetOpen })}
      >
        keys <kbd>?</kbd>
      </button>
    </nav>
  );
}
