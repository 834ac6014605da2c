/** Marking a failure where it is seen: a click on a box of the model, F at the pointer; and where the form then lies. */
import type { FindingDocument } from '../api/documents';
import type { PixelBox } from '../geometry/pixel_box';
import { boxAround, boxCorners } from '../geometry/pixel_box';
import type { CanvasPoint, ImagePoint } from '../geometry/pixels';
import { imagePoint, toImage } from '../geometry/pixels';
import { isDefinite } from '../reviews/verdicts';
import { areBoxesShown, boxesToShow, isAiShown } from './panel_state';
import { placeOfForm } from './proposed_sites';
import type { ReadingSession } from './reading_session';
import { agreeAndDisagree, undecided } from './state_answers';

interface PointedBox {
  readonly finding: FindingDocument;
  readonly box: PixelBox;
}

const holds = ({ x, y, w, h }: PixelBox, at: ImagePoint): boolean =>
  at.x >= x && at.x <= x + w && at.y >= y && at.y <= y + h;

/** The box of the model that is drawn at a point of the picture; of several the smallest, which could not be hit otherwise. */
function boxAt(session: ReadingSession, at: ImagePoint): PointedBox | null {
  const panel = session.panel.get();
  if (!isAiShown(panel) || panel.isAiHeld || session.firstLook?.isWaiting()) return null;
  const drawn = session
    .findings()
    .filter((finding) => areBoxesShown(panel, finding))
    .flatMap((finding) => boxesToShow(panel, finding).map((box) => ({ finding, box })));
  const [smallest] = drawn.filter(({ box }) => holds(box, at)).sort((a, b) => a.box.w * a.box.h - b.box.w * b.box.h);
  return smallest ?? null;
}

/** The form of the finding whose box was pointed at: false positive, or wrong place where that was answered. */
function openAt(session: ReadingSession, { finding, box: pointed }: PointedBox): void {
  const box = boxAround(boxCorners(pointed).map(([x, y]) => imagePoint(x, y)), session.boot.image);
  if (finding.decision !== 'positive') {
    session.select(finding.key);
    session.announce(isDefinite(finding) ? `${finding.title}: the model says no here, ${agreeAndDisagree()} answer it` : undecided());
    return;
  }
  const given = session.desk.own(finding.key, session.shown()?.bundle ?? '')?.verdict;
  const { form } = session.panel.get();
  const open = form?.finding === finding.key ? form.verdict : given;
  session.openForm(finding.key, open === 'wrong_place' ? 'wrong_place' : 'false_positive', box);
}

/** A click on the picture. True where it opened a form. */
export function clickPicture(session: ReadingSession, at: CanvasPoint): boolean {
  const { tool, affine } = session.controller.view.get();
  const hit = tool === 'box' || !affine ? null : boxAt(session, toImage(affine, at));
  if (!hit) return false;
  const before = session.panel.get().form;
  openAt(session, hit);
  return before === null && session.panel.get().form !== null;
}

/** F: the box under the pointer is wrong, or what was missed lies there; with the pointer elsewhere as X. */
export function markFailure(session: ReadingSession): void {
  const { pointed } = session;
  const hit = pointed && boxAt(session, pointed);
  if (hit) return openAt(session, hit);
  const { columns, rows } = session.boot.image;
  const isInside = pointed && holds({ x: 0, y: 0, w: columns, h: rows }, pointed);
  session.disagree(isInside ? { x: pointed.x, y: pointed.y, w: 0, h: 0 } : null);
}

/** What an open form lies beside, in image px; null where it belongs into the panel: at no place, at the reader's own box, no room. */
export function besidePlace(session: ReadingSession): PixelBox | null {
  const { form, isFormBeside } = session.panel.get();
  const place = form && isFormBeside ? placeOfForm(session, form) : null;
  return place && place.basis !== 'drawn' ? place.box : null;
}
