/** Which site and side the page proposes for the place of a failure, from the raster of the case (docs/thorax.md). */
import type { SiteProposals } from '../api/schema';
import type { ImageSize, PixelBox } from '../geometry/pixel_box';
import type { FailureForm } from './failure_form';
import { NOT_STATED } from './failure_form';
import { isMark } from './mark_form';

/** Which place is asked for: the box that was clicked, the point that was pointed at, a box of the model, or the reader's. */
export type Basis = 'clicked' | 'pointer' | 'only' | 'strongest' | 'nearest' | 'drawn';

export interface PlaceOfForm {
  readonly box: PixelBox;
  readonly basis: Basis;
  /** How many boxes of the model the place was chosen from. */
  readonly of: number;
}

export interface SiteProposal {
  /** Likeliest first, at least one. */
  readonly sites: readonly string[];
  /** null where the file does not state its sides. */
  readonly laterality: string | null;
  /** Absent of what was proposed for an earlier answer. */
  readonly place?: Omit<PlaceOfForm, 'box'>;
}

/** For which place the proposal is; empty where there is no other. */
export function placeWords({ place }: SiteProposal): string {
  if (place?.basis === 'strongest') return `for the box with the highest score, of ${place.of}`;
  if (place?.basis === 'nearest' && place.of > 1) return `for the box nearest to yours, of ${place.of}`;
  if (place?.basis === 'clicked' && place.of > 1) return `for the box that you clicked, of ${place.of}`;
  if (place?.basis === 'pointer') return 'for the place that you pointed at';
  return place?.basis === 'drawn' ? 'for your box' : '';
}

/** Of findings that the raster does not name. */
export const OTHER_FINDINGS = 'other';

const middle = ({ x, y, w, h }: PixelBox): { x: number; y: number } => ({ x: x + w / 2, y: y + h / 2 });
export const isSameBox = (one: PixelBox, other: PixelBox | null): boolean =>
  other !== null && one.x === other.x && one.y === other.y && one.w === other.w && one.h === other.h;

type Scored = PixelBox & { readonly score: number };

/**
 * The place that is asked for. Of a false positive the model's box nearest to the one that the reader drew, else the box that was
 * clicked, else the one with the highest score: sites differ from box to box, and the model leans on that one most. Of a wrong
 * place never the reader's: that is where it should be. Of a miss the reader's, else the point that was pointed at.
 */
export function placeOf(
  { verdict, box: drawn, place = null }: Pick<FailureForm, 'verdict' | 'box' | 'place'>,
  modelBoxes: readonly Scored[],
): PlaceOfForm | null {
  const of = modelBoxes.length;
  const named = (box: PixelBox | null, basis: Basis): PlaceOfForm | null => box && { box, basis, of };
  if (verdict === 'false_negative') return named(drawn, 'drawn') ?? named(place, 'pointer');
  const isPointed = verdict === 'false_positive' && drawn !== null && !isSameBox(drawn, place);
  if (isPointed) {
    const far = (box: PixelBox): number => Math.hypot(middle(box).x - middle(drawn).x, middle(box).y - middle(drawn).y);
    const [nearest] = [...modelBoxes].sort((a, b) => far(a) - far(b));
    return named(nearest ?? null, 'nearest') ?? named(drawn, 'drawn');
  }
  const [strongest] = [...modelBoxes].sort((a, b) => b.score - a.score);
  return named(place, 'clicked') ?? named(strongest ?? null, of > 1 ? 'strongest' : 'only');
}

/** What is proposed at the centre of a box (stored pixels) for a finding; null where nothing is, also outside the picture. */
export function proposalAt(raster: SiteProposals, size: ImageSize, finding: string, box: PixelBox): SiteProposal | null {
  const { x, y } = middle(box);
  if (!(x >= 0 && y >= 0 && x < size.columns && y < size.rows)) return null;
  const column = Math.floor((x / size.columns) * raster.columns);
  const cell = Math.floor((y / size.rows) * raster.rows) * raster.columns + column;
  const sites = raster.rankings[raster.cells[cell] ?? -1]?.[raster.groups[finding] ?? OTHER_FINDINGS] ?? [];
  const side = raster.sides.charAt(cell);
  return sites.length ? { sites, laterality: side && side !== NOT_STATED ? side : null } : null;
}

/** The form with the proposal chosen where the reader has chosen nothing; without a proposal, with none left standing. */
export function withProposal(form: FailureForm, proposal: SiteProposal | null): FailureForm {
  if (isMark(form)) return form;
  const isSiteOpen = form.isSiteProposed ?? form.site === null;
  const isSideOpen = form.isSideProposed ?? form.laterality === NOT_STATED;
  const side = proposal?.laterality ?? null;
  return {
    ...form,
    proposal,
    ...(isSiteOpen && { site: proposal?.sites[0] ?? null, isSiteProposed: proposal ? true : undefined }),
    ...(isSideOpen && { laterality: side ?? NOT_STATED, isSideProposed: side ? true : undefined }),
  };
}

/** The form with what the reader chose: from then on it is the reader's, whatever is proposed. */
export function changedByReader(form: FailureForm, change: Partial<FailureForm>): FailureForm {
  return {
    ...form,
    ...change,
    isChanged: true,
    ...('site' in change && { isSiteProposed: false }),
    ...('laterality' in change && { isSideProposed: false }),
  };
}
