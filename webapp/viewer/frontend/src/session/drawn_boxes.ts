/** What boxes stand on the picture, and whose they are: answers', those of later truth and, while it is shown, the model's. Picture and table both ask here. */
import type { FindingDocument } from '../api/documents';
import { boxTitle } from '../later/later_form';
import { laterTruthOf } from '../later/later_truth';
import { fraction } from '../panel/wording';
import { VERDICT_SHORT } from '../reviews/failure_form';
import type { LabelledBox } from '../overlay/box_layer';
import type { PanelState } from './panel_state';
import { areBoxesShown, boxesToShow, isAiShown, isLookingFirst } from './panel_state';
import type { ReadingSession } from './reading_session';
import type { Answer } from './reviews_state';
import { currentAnswers } from './reviews_state';

export interface DrawnBox extends LabelledBox {
  /** One name as long as the box stands. */
  readonly key: string;
  /** The title of the model's finding, or what an answer says; on the picture only the first box of a finding carries it. */
  readonly title: string;
  /** The answer that the box belongs to; null for any other. */
  readonly answer: Answer | null;
}

function modelBoxes(panel: PanelState, findings: readonly FindingDocument[]): DrawnBox[] {
  return findings
    .filter((finding) => areBoxesShown(panel, finding))
    .flatMap((finding) => {
      const number = finding.probability === null ? '' : fraction(finding.probability);
      const title = [finding.title, number].join(' ').trim();
      return boxesToShow(panel, finding).map((box, i) => ({
        key: `model ${finding.key} ${i}`,
        box,
        title,
        label: i > 0 ? '' : title,
        speaker: 'model' as const,
        isFaint: finding.key !== panel.selected,
        answer: null,
      }));
    });
}

/** Saved boxes, of all readers where the model is shown: colleagues' speak of it. None while looking first, of either kind. The one in the open form is drawn by the tool instead. */
function readerBoxes(session: ReadingSession, panel: PanelState): DrawnBox[] {
  const { scheme } = session.scheme.get();
  if (isLookingFirst(panel) || session.firstLook?.isWaiting()) return [];
  const answers = session.desk.answers().filter((answer) => answer.isMine || isAiShown(panel));
  return currentAnswers(answers).flatMap((answer) => {
    const box = answer.failure?.box ?? answer.box;
    const { form } = panel;
    const isSubject = form && answer.finding === form.finding && (answer.term ?? null) === (form.term ?? null);
    if (!box || (isSubject && form.isChanged && answer.isMine)) return [];
    const code = answer.failure?.site ?? answer.term ?? answer.finding;
    const named = [...(scheme?.sites ?? []), ...(scheme?.terms ?? [])].find((choice) => choice.code === code);
    const site = named?.title ?? code.replaceAll('_', ' ');
    const who = answer.isMine ? '' : ` · ${answer.reader}`;
    const title = `${VERDICT_SHORT[answer.verdict]} · ${site}${who}`;
    return [
      {
        key: session.desk.rowOf(answer),
        box,
        title,
        label: title,
        speaker: 'reader' as const,
        isFaint: answer.finding !== panel.selected,
        answer,
      },
    ];
  });
}

/** Of what was found later, where the reader asked for it. The server gives a statement after the own answer, and takes it away with it. */
function truthBoxes(session: ReadingSession): DrawnBox[] {
  if (session.firstLook?.isWaiting()) return [];
  const { truths, drawn } = laterTruthOf(session).state.get();
  return truths.flatMap((truth) => {
    const { id, box } = truth;
    if (!box || !drawn.includes(id)) return [];
    const title = boxTitle(truth);
    return [{ key: `truth ${id}`, box, title, label: title, speaker: 'truth' as const, isFaint: false, answer: null }];
  });
}

/** Boxes as they are drawn, below to above; the open form's is not among them. */
export function drawnBoxes(session: ReadingSession): DrawnBox[] {
  const panel = session.panel.get();
  const isDrawn = isAiShown(panel) && !panel.isAiHeld;
  return [...(isDrawn ? modelBoxes(panel, session.findings()) : []), ...readerBoxes(session, panel), ...truthBoxes(session)];
}
