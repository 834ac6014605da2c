/** What every reading page offers for the picture itself: drag tools, inversion, window presets, fit and reset. */
import { useEffect, useState } from 'react';
import type { PresetItem } from '../api/documents';
import { useStore } from '../state/store';
import type { ViewportController } from '../viewport/controller';
import { choosePreset, nextStoredWindow } from '../viewport/presets';
import type { Tool } from '../viewport/view_state';
import { ENHANCED_FRAME } from '../viewport/window_level';
import { ownButtons } from '../keys/own_buttons';
import type { DragUse } from '../keys/own_buttons';
import { ownKey } from '../keys/own_keys';
import { ToolButton } from './ToolButton';

/** Which other drag does the same, always. */
function always(use: DragUse): string {
  const { middle, right } = ownButtons();
  const drags = [...(middle === use ? ['middle'] : []), ...(right === use ? ['right'] : [])];
  return drags.length ? ` (${drags.join(' and ')} drag always)` : '';
}

const tools = (): readonly { tool: Tool; label: string; hint: string; shortcut?: string }[] => [
  { tool: 'window', label: 'W/L', hint: `left drag changes window and level${always('window')} (Esc)` },
  { tool: 'pan', label: 'Pan', hint: `left drag moves the picture${always('pan')}` },
  { tool: 'zoom', label: 'Zoom', hint: `left drag zooms${always('zoom')}`, shortcut: ownKey('zoom-tool', 'Z') },
];

interface Props {
  readonly controller: ViewportController;
}

/** isTaken: the left button is another tool's; onPress: it is not any more. */
export function DragTools({ controller, isTaken, onPress }: Props & { readonly isTaken?: boolean; readonly onPress?: () => void }) {
  const view = useStore(controller.view);
  const choose = (tool: Tool): void => {
    onPress?.();
    controller.chooseTool(tool);
  };
  return tools().map(({ tool, ...shown }) => (
    <ToolButton key={tool} {...shown} isOn={view.tool === tool && !isTaken} onPress={() => choose(tool)} />
  ));
}

export function Presets({ controller, announce }: Props & { readonly announce: (text: string) => void }) {
  const next = async (): Promise<void> => {
    if (!(await nextStoredWindow(controller))) announce('the file stores no further window');
  };
  const { presetIndex } = useStore(controller.view);
  const [presets, setPresets] = useState<readonly PresetItem[]>([]);
  useEffect(() => {
    controller.header.then(
      (header) => setPresets(header.presets),
      () => undefined,
    );
  }, [controller]);
  return presets.map((preset, index) => (
    <button
      key={`${preset.key} ${preset.name}`}
      type="button"
      className={presetIndex === index ? 'on' : ''}
      aria-pressed={presetIndex === index}
      title={index === 0 ? 'the file’s own window; shift and click: its next stored window' : undefined}
      onClick={(event) =>
        void (index === 0 && event.shiftKey ? next() : choosePreset(controller, preset.key))
      }
    >
      {preset.name} <kbd>{preset.key}</kbd>
    </button>
  ));
}

export function FitTools({ controller }: Props) {
  return (
    <>
      <ToolButton label="Fit" shortcut={ownKey('fit', '=')} hint="fit" onPress={() => controller.fit()} />
      <ToolButton
        label="1:1"
        shortcut={ownKey('one-to-one', '0')}
        hint="one image pixel per screen pixel"
        onPress={() => controller.oneToOne()}
      />
      <ToolButton label="Reset" shortcut={ownKey('reset', '␣')} hint="reset view and window" onPress={() => void controller.reset()} />
    </>
  );
}

const TURNS = [
  { sign: '⟲', key: 'L', id: 'rotate-left', title: 'rotate left', turn: (controller: ViewportController) => controller.rotate(-90) },
  { sign: '⟳', key: 'R', id: 'rotate-right', title: 'rotate right', turn: (controller: ViewportController) => controller.rotate(90) },
  { sign: '⇋', key: 'H', id: 'flip-horizontal', title: 'flip horizontal', turn: (controller: ViewportController) => controller.flip('horizontal') },
  { sign: '⥮', key: 'V', id: 'flip-vertical', title: 'flip vertical', turn: (controller: ViewportController) => controller.flip('vertical') },
];

/** `hasKeys`: whether the page's table has R, L, H and V. */
export function TurnTools({ controller, hasKeys = true }: Props & { readonly hasKeys?: boolean }) {
  return TURNS.map(({ sign, key, title, id, turn }) => (
    <button
      key={key}
      type="button"
      aria-label={title}
      title={hasKeys && ownKey(id, key) ? `${title} (${ownKey(id, key)})` : title}
      data-testid={id}
      onClick={() => turn(controller)}
    >
      {sign}
    </button>
  ));
}

/** onPress: of the page, which knows whom to tell. */
export function EnhanceTool({ controller, onPress }: Props & { readonly onPress: () => void }) {
  const { frame } = useStore(controller.view);
  return (
    <ToolButton
      label="Enhance"
      shortcut={ownKey('enhanced', '⇧L')}
      hint="local contrast raised (CLAHE), for the eye alone: the model reads the picture as it was acquired"
      isOn={frame === ENHANCED_FRAME}
      onPress={onPress}
    />
  );
}

export function InvertTool({ controller }: Props) {
  const { isInverted } = useStore(controller.view);
  return (
    <ToolButton
      label="Invert"
      shortcut={ownKey('invert', 'I')}
      hint="invert"
      isOn={isInverted}
      onPress={() => controller.toggleInvert()}
    />
  );
}
