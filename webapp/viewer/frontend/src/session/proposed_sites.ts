/** Which sites the page proposes on one case: the raster is fetched once, after the picture; without it nothing is proposed. */
import { RequestError, getJson } from '../api/request';
import type { SiteProposals } from '../api/schema';
import type { ModelBox } from '../api/documents';
import type { ImageSize } from '../geometry/pixel_box';
import type { FailureForm } from '../reviews/failure_form';
import { isMark } from '../reviews/mark_form';
import type { PlaceOfForm } from '../reviews/site_proposal';
import { OTHER_FINDINGS, placeOf, proposalAt, withProposal } from '../reviews/site_proposal';
import { boxesToShow } from './panel_state';
import type { ReadingSession } from './reading_session';

export class ProposedSites {
  private raster: SiteProposals | null = null;
  private isAsked = false;

  constructor(
    private readonly path: string,
    private readonly size: ImageSize,
  ) {}

  /** True once there is a raster. What cannot be had is not spoken of: the form works without. */
  async load(): Promise<boolean> {
    if (this.isAsked) return false;
    this.isAsked = true;
    try {
      this.raster = await getJson<SiteProposals>(this.path);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
    }
    return this.raster !== null;
  }

  /** The form with what is proposed for its place. `boxes`: the model's that are shown; `sides`: those that may be said. */
  propose(form: FailureForm, boxes: readonly ModelBox[], sides: readonly string[] | null): FailureForm {
    if (!this.raster) return form;
    const group = this.raster.groups[form.finding] ?? OTHER_FINDINGS;
    const asked = isMark(form) ? form : { ...form, notOffered: this.raster.not_offered[group] ?? [] };
    const place = placeOf(form, boxes);
    const found = place && proposalAt(this.raster, this.size, form.finding, place.box);
    const isSideKnown = found?.laterality != null && (sides?.includes(found.laterality) ?? true);
    const told = place && { basis: place.basis, of: place.of };
    return withProposal(asked, found && told && { ...found, laterality: isSideKnown ? found.laterality : null, place: told });
  }
}

/** The model's boxes of the form's finding: those that are shown, for nothing is proposed at a place that nobody sees. */
function boxesOf(session: ReadingSession, form: FailureForm): ModelBox[] {
  const finding = session.findings().find(({ key }) => key === form.finding);
  return finding ? boxesToShow(session.panel.get(), finding) : [];
}

/** The place that an open form speaks of; null where it has none, or none yet. */
export const placeOfForm = (session: ReadingSession, form: FailureForm): PlaceOfForm | null =>
  placeOf(form, boxesOf(session, form));

/** The form with site and side proposed for its place, where nobody has chosen. */
export function proposedForm(session: ReadingSession, form: FailureForm): FailureForm {
  const sides = session.scheme.get().scheme?.lateralities.map(({ code }) => code) ?? null;
  return session.proposedSites.propose(form, boxesOf(session, form), sides);
}
