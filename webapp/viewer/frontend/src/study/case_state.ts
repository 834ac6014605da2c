/** What is chosen and shown while a case is read; the answer itself is in its history. */
import type { ColourMap } from '../overlay/colour_map';
import { DEFAULT_COLOUR_MAP } from '../overlay/colour_map';
import type { MapKind } from '../api/documents';
import { DEFAULT_OPACITY } from '../session/panel_state';
import type { AiDocument, Feedback } from './documents';

export interface CaseState {
  readonly finding: string | null;
  readonly mark: string | null;
  readonly item: string | null;
  readonly isPointing: boolean;
  readonly isPaused: boolean;
  readonly ai: AiDocument | null;
  /** Why the model's output is not here though it belongs to this stage; null = it is here, or none belongs. */
  readonly aiProblem: string | null;
  readonly mapKind: MapKind | null;
  readonly areBoxesShown: boolean;
  readonly isAiVisible: boolean;
  readonly opacity: number;
  readonly colours: ColourMap;
  readonly feedback: Feedback | null;
}

export const START: CaseState = {
  finding: null,
  mark: null,
  item: null,
  isPointing: false,
  isPaused: false,
  ai: null,
  aiProblem: null,
  mapKind: null,
  areBoxesShown: false,
  isAiVisible: true,
  opacity: DEFAULT_OPACITY,
  colours: DEFAULT_COLOUR_MAP,
  feedback: null,
};
