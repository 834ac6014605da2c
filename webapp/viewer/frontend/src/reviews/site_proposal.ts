/** Which site and side the page proposes for the place of a failure, from the raster of the case (docs/thorax.md). */
import type { Verdict } from '../api/documents';
import type { SiteProposals } from '../api/schema';
import type { ImageSize, PixelBox } from '../geometry/pixel_box';
import type { FailureForm } from './failure_form';
import { NOT_STATED } from './failure_form';
import { isMark } from './mark_form';

export interface SiteProposal {
  /** Likeliest first, at least one. */
  readonly sites: readonly string[];
  /** null where the file does not state its sides. */
  readonly laterality: string | null;
}

/** Of findings that the raster does not name. */
const OTHER = 'other';

const middle = ({ x, y, w, h }: PixelBox): { x: number; y: number } => ({ x: x + w / 2, y: y + h / 2 });
const area = ({ w, h }: PixelBox): number => w * h;

/**
 * The box whose place is asked for. Of a false positive the model's own: the one nearest to what the reader has drawn, else the
 * smallest, which says most. Of a wrong place the model's, never the reader's: that is where it should be. Of a miss the reader's.
 */
export function boxOfPlace(verdict: Verdict, modelBoxes: readonly PixelBox[], drawn: PixelBox | null): PixelBox | null {
  if (verdict === 'false_negative') return drawn;
  const pointed = verdict === 'false_positive' && drawn ? middle(drawn) : null;
  const rank = (box: PixelBox): number =>
    pointed ? Math.hypot(middle(box).x - pointed.x, middle(box).y - pointed.y) : area(box);
  const [first] = [...modelBoxes].sort((a, b) => rank(a) - rank(b));
  return first ?? (verdict === 'false_positive' ? drawn : null);
}

/** What is proposed at the centre of a box (stored pixels) for a finding; null where nothing is, also outside the picture. */
export function proposalAt(raster: SiteProposals, size: ImageSize, finding: string, box: PixelBox): SiteProposal | null {
  const { x, y } = middle(box);
  if (!(x >= 0 && y >= 0 && x < size.columns && y < size.rows)) return null;
  const column = Math.floor((x / size.columns) * raster.columns);
  const cell = Math.floor((y / size.rows) * raster.rows) * raster.columns + column;
  const sites = raster.rankings[raster.cells[cell] ?? -1]?.[raster.groups[finding] ?? OTHER] ?? [];
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
