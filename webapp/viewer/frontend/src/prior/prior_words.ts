/** What is said of earlier images: dates, intervals, and why none is shown. */
import type { ComparedImage, PriorImages } from '../api/schema';
import type { CaseLook } from '../session/case_look';
import type { CaseView } from '../session/sitting';
import { NOT_STATED } from '../shell/patient_text';
import type { ViewState } from '../viewport/view_state';
import type { PriorState } from './priors';

const LEFT_OUT = 'cases of your running studies are left out';

/** 2025-07-26 17:43, or that the file does not say. */
export const dateOf = ({ study_date: day, study_time: time }: ComparedImage): string =>
  day ? [day, time].filter(Boolean).join(' ') : `date ${NOT_STATED}`;

/** Whether it is the other view of the study that is read. */
export const isOfStudy = ({ interval }: ComparedImage): boolean => interval === 'the same study';

/** `prior` for an earlier image; the other view of the study, and what has no certain date, are not called so. */
export function titleOf(image: ComparedImage): string {
  if (isOfStudy(image)) return `${image.kind}, same study`;
  return image.order === 'earlier' ? 'prior' : 'other image, order not known';
}

/** Date, interval and view: what the banner says whole. */
export const factsOf = (image: ComparedImage): string =>
  [dateOf(image), isOfStudy(image) ? '' : image.interval, image.view || 'view not stated'].filter(Boolean).join(' · ');

/** What a reader must doubt before comparing; said on the picture itself, line by line. */
export function doubtsOf(image: ComparedImage): string[] {
  return [
    ...image.remarks,
    ...(image.same_by === 'id_alone' ? ['same patient by ID alone, birth date not stated'] : []),
    ...(image.same_moment ? ['same time as the one before it: by arrival'] : []),
    ...image.warnings.filter((code) => code !== 'side_not_stated').map((code) => code.replaceAll('_', ' ')), // the letters' place says it
  ];
}

/** Everything at once, for whoever hears it. */
export const captionOf = (image: ComparedImage): string => [factsOf(image), ...doubtsOf(image)].join(' · ');

/** The view that a study would have beside one of this view. */
const OTHER_VIEW: Readonly<Record<CaseView, string>> = { frontal: 'lateral', lateral: 'frontal', other: 'other view' };

/** What should lie beside a case of this view by itself, and the study lacks; empty where it is there, not known yet, or not wanted. */
export function lackOf({ isOn, opens, list }: Pick<PriorState, 'isOn' | 'opens' | 'list'>, view: CaseView): string {
  if (!isOn || opens !== 'other_view' || !list || opensBeside(list, opens)) return '';
  return `no ${OTHER_VIEW[view]} known in this study`; // one that a study hides from the reader is not known either
}

/** In one line: what lacks, how long before the latest earlier image was made, or that none is known. */
export function summaryOf(list: PriorImages | null, problem: string | null, lack = ''): string {
  if (problem) return problem;
  if (!list) return 'looking for earlier images…';
  const [first] = list.priors;
  const known = first?.order === 'earlier' ? `prior ${first.interval}` : first ? 'prior: order not known' : 'no prior known';
  return [lack, known, list.problem?.text, list.leaves_out ? LEFT_OUT : ''].filter(Boolean).join(' · ');
}

/** The latest image that is known to be earlier: the one that is shown by itself. */
export const latestOf = (list: PriorImages | null): ComparedImage | null =>
  list?.priors.find(({ order }) => order === 'earlier') ?? null;

/** The image that is laid beside a case by itself: the latest that is known to be earlier, or the other view of the study. */
export const opensBeside = (list: PriorImages | null, opens: CaseLook['opens']): ComparedImage | null =>
  opens === 'other_view' ? (list?.companions[0] ?? null) : latestOf(list);

/** What two views that are not linked yet wait for, by how far their pictures are. */
export function missingForLink(present: ViewState['status'], other: ViewState['status']): string {
  if (present === 'error' || other === 'error') return `not without the picture of ${present === 'error' ? 'this case' : 'the other image'}`;
  if (present !== 'ready') return 'waits for the picture of this case';
  return other === 'ready' ? 'waits for the chest to be found in both' : 'waits for the other picture';
}
