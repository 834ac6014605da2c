/**
 * Which tool answers to which mouse button and finger. Left drag is the chosen tool, two fingers zoom, three fingers pan, and the
 * other buttons do what the person chose (by itself middle drag pans, right drag zooms). With two active tools on one button the first keeps it, so every change first
 * sets all of them passive with their bindings removed.
 */
import {
  BaseTool,
  Enums,
  PanTool,
  RectangleROITool,
  ToolGroupManager,
  ZoomTool,
  addTool,
  annotation,
} from '@cornerstonejs/tools';
import type { Types as ToolTypes } from '@cornerstonejs/tools';
import { ownButtons } from '../keys/own_buttons';
import { DRAG_PX } from './pointer';
import type { Tool } from './view_state';

const { MouseBindings } = Enums;
// Cornerstone knows this style; its type does not.
const NO_TEXT_BOXES: Record<string, boolean> = { textBoxVisibility: false, shadow: false };
const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name);

/** Left drag as window and level: reports the drag and leaves the maths to the controller. A click with a slip changes nothing. */
export class WindowTool extends BaseTool {
  static override toolName = 'SightlineWindow';
  private isDrag = false;

  constructor(toolProps: ToolTypes.PublicToolProps = {}) {
    super(toolProps, { supportedInteractionTypes: ['Mouse', 'Touch'], configuration: { onDrag: null } });
  }

  preMouseDownCallback(): boolean {
    this.isDrag = false;
    return false;
  }

  preTouchStartCallback(): boolean {
    return this.preMouseDownCallback();
  }

  mouseDragCallback(event: ToolTypes.EventTypes.InteractionEventType): void {
    const { startPoints, currentPoints, deltaPoints } = event.detail;
    const [dx, dy] = deltaPoints.canvas;
    const [x, y] = startPoints.canvas;
    this.isDrag ||= Math.hypot(currentPoints.canvas[0] - x, currentPoints.canvas[1] - y) >= DRAG_PX;
    if (!this.isDrag) return;
    const onDrag = this.configuration.onDrag as ((dx: number, dy: number) => void) | null;
    onDrag?.(dx, dy);
  }

  touchDragCallback(event: ToolTypes.EventTypes.InteractionEventType): void {
    this.mouseDragCallback(event);
  }
}

const TOOL_NAMES: Record<Tool, string> = {
  window: WindowTool.toolName,
  pan: PanTool.toolName as string,
  zoom: ZoomTool.toolName as string,
  box: RectangleROITool.toolName,
};

let added = false;

function addToolsOnce(): void {
  if (added) return;
  added = true;
  for (const tool of [WindowTool, PanTool, ZoomTool, RectangleROITool]) addTool(tool);
}

/** Teal and dashed, as everything a reader draws; no text boxes: they set inline styles, which the policy forbids. */
function styleReaderBoxes(groupId: string): void {
  annotation.config.style.setToolGroupToolStyles(groupId, {
    global: { ...NO_TEXT_BOXES },
    [RectangleROITool.toolName]: {
      color: token('--reader'),
      colorHighlighted: token('--reader-hover'),
      colorSelected: token('--reader'),
      lineWidth: '2',
      lineDash: '6,4',
    },
  });
}

export class ViewportTools {
  private readonly group: ToolTypes.IToolGroup;

  constructor(
    private readonly groupId: string,
    viewportId: string,
    engineId: string,
    onWindowDrag: (dx: number, dy: number) => void,
  ) {
    addToolsOnce();
    const group = ToolGroupManager.createToolGroup(groupId);
    if (!group) throw new Error(`tool group ${groupId} exists already: destroy it first`);
    this.group = group;
    group.addTool(TOOL_NAMES.window, { onDrag: onWindowDrag });
    group.addTool(TOOL_NAMES.pan);
    group.addTool(TOOL_NAMES.zoom);
    group.addTool(TOOL_NAMES.box, { calculateStats: false, getTextLines: () => [] });
    group.addViewport(viewportId, engineId);
    styleReaderBoxes(groupId);
    this.choose('window');
  }

  choose(tool: Tool): void {
    for (const name of Object.values(TOOL_NAMES)) this.group.setToolPassive(name, { removeAllBindings: true });
    const primary = { mouseButton: MouseBindings.Primary };
    const fingers: Partial<Record<Tool, ToolTypes.IToolBinding>> = { pan: { numTouchPoints: 3 }, zoom: { numTouchPoints: 2 } };
    const { middle, right } = ownButtons();
    for (const name of Object.keys(TOOL_NAMES) as Tool[]) {
      const bindings: ToolTypes.IToolBinding[] = [
        ...(name === tool ? [primary] : []),
        ...(name === middle ? [{ mouseButton: MouseBindings.Auxiliary }] : []),
        ...(name === right ? [{ mouseButton: MouseBindings.Secondary }] : []),
        ...(fingers[name] ? [fingers[name]] : []),
      ];
      if (bindings.length) this.group.setToolActive(TOOL_NAMES[name], { bindings });
    }
  }

  destroy(): void {
    ToolGroupManager.destroyToolGroup(this.groupId);
  }
}
