/** What the rest of the page may know about the view; written by the controller only. */
import type { Affine } from '../geometry/pixels';
import type { Bounds } from './window_level';

export type Tool = 'window' | 'pan' | 'zoom' | 'box';

export interface ViewState {
  /** preview: a small frame stands for the whole one, which is on its way. */
  readonly status: 'loading' | 'preview' | 'ready' | 'error';
  /** What went wrong and what to do, when status is `error`. */
  readonly error: string | null;
  /** SHA-256 of the samples shown, as computed in the browser; null until it is known. */
  readonly sha256: string | null;
  readonly bounds: Bounds;
  /** Name of the preset shown, or of what replaced it. */
  readonly presetName: string;
  /** Index in the header's presets, null after a change by hand. */
  readonly presetIndex: number | null;
  readonly frame: string;
  readonly isInverted: boolean;
  readonly isSmooth: boolean;
  readonly rotation: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  readonly tool: Tool;
  /** Image px -> CSS px; null before the first picture. */
  readonly affine: Affine | null;
  /** Screen (device) px per image px along the rows. */
  readonly zoom: number;
}

/** Why nobody may answer on what is shown; null when one may. isWhole: the whole picture is needed, not only one that can come. */
export function whyNoAnswer({ status }: Pick<ViewState, 'status'>, isWhole: boolean): string | null {
  if (status === 'error') return 'no answer without the image: it could not be shown';
  if (status === 'ready' || !isWhole) return null;
  return 'the whole picture is still on its way: answers and boxes come after it';
}

export const INITIAL_VIEW: ViewState = {
  status: 'loading',
  error: null,
  sha256: null,
  bounds: { lower: 0, upper: 1 },
  presetName: '',
  presetIndex: null,
  frame: 'linear',
  isInverted: false,
  isSmooth: true,
  rotation: 0,
  flipHorizontal: false,
  flipVertical: false,
  tool: 'window',
  affine: null,
  zoom: 1,
};
