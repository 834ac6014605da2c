/** What the reader has chosen to see beside the view itself. */
import type { FindingDocument, ModelBox } from '../api/documents';
import type { ColourMap } from '../overlay/colour_map';
import { DEFAULT_COLOUR_MAP } from '../overlay/colour_map';
import type { MapKind } from '../api/documents';
import type { FailureForm } from '../reviews/failure_form';
import type { RowName } from '../reviews/form_rows';

export interface PanelState {
  readonly selected: string | null;
  readonly mapKind: MapKind | null;
  /** The other kind of map is drawn as a line beside the one that is shown. */
  readonly isCompared: boolean;
  /** Threshold chosen per finding and kind, as a share of the map's maximum; absent = the bundle's. */
  readonly thresholds: Readonly<Record<string, number>>;
  readonly opacity: number;
  readonly colours: ColourMap;
  /** false: neither numbers nor boxes nor maps of the model are shown, here and in the next cases. */
  readonly isAiVisible: boolean;
  /** The person looks first, or the project asks for it: the model is shown after the own answer, or the key. */
  readonly isLookFirst: boolean;
  /** This case's model was shown, by an answer or the key. */
  readonly isRevealed: boolean;
  /** O is held down: what the model draws is hidden until it is released. */
  readonly isAiHeld: boolean;
  /** Findings whose boxes were switched by hand; absent = shown for a positive decision. */
  readonly boxes: Readonly<Record<string, boolean>>;
  readonly boxRule: string;
  readonly isKeySheetOpen: boolean;
  readonly isModelCardOpen: boolean;
  readonly isHeaderOpen: boolean;
  readonly form: FailureForm | null;
  /** The row of the form that the reader went to; null: the first open one. */
  readonly formRow: RowName | null;
  /** What is behind "other…" of that row is in sight. */
  readonly isRowOpen: boolean;
  /** The form may lie beside its place on the picture; false once it had to give way to the picture. */
  readonly isFormBeside: boolean;
  /** Last sentence for the live region. */
  readonly announcement: string;
}

export const DEFAULT_OPACITY = 0.4;

export const INITIAL_PANEL: PanelState = {
  selected: null,
  mapKind: null,
  isCompared: false,
  thresholds: {},
  opacity: DEFAULT_OPACITY,
  colours: DEFAULT_COLOUR_MAP,
  isAiVisible: true,
  isLookFirst: false,
  isRevealed: false,
  isAiHeld: false,
  boxes: {},
  boxRule: 'component',
  isKeySheetOpen: false,
  isModelCardOpen: false,
  isHeaderOpen: false,
  form: null,
  formRow: null,
  isRowOpen: false,
  isFormBeside: false,
  announcement: '',
};

/** Whether anything that the model says may be drawn or written. */
export const isAiShown = (panel: PanelState): boolean => panel.isAiVisible && !isLookingFirst(panel);

/** The person has not answered yet and has not asked to see: colleagues' answers, which speak of the model, are left out too. */
export const isLookingFirst = ({ isLookFirst, isRevealed }: PanelState): boolean => isLookFirst && !isRevealed;

export const thresholdKey = (finding: string, kind: MapKind): string => `${finding}/${kind}`;

export function isAboveOperatingPoint(finding: FindingDocument): boolean {
  const { probability, operating_point: point } = finding;
  return probability !== null && point !== null && probability >= point.threshold;
}

/** The model's call. An undecided finding leans to the side of its operating point; a refused one has no call. */
export function saysPresent(finding: FindingDocument): boolean {
  if (finding.decision === 'uncertain') return isAboveOperatingPoint(finding);
  return finding.decision === 'positive';
}

export function areBoxesShown(panel: PanelState, finding: FindingDocument): boolean {
  return panel.boxes[finding.key] ?? saysPresent(finding);
}

/** Boxes of one rule, from the map that is shown, or from the first map that has any. */
export function boxesToShow(panel: PanelState, finding: FindingDocument): ModelBox[] {
  const ofRule = finding.boxes.filter((box) => box.rule === panel.boxRule);
  const map = panel.mapKind && ofRule.some((box) => box.map === panel.mapKind) ? panel.mapKind : ofRule[0]?.map;
  return ofRule.filter((box) => box.map === map);
}
