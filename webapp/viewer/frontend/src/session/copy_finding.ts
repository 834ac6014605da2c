/** What the model says of the chosen finding, as one sentence on the clipboard. The patient is not in it: it may be pasted anywhere. */
import type { FindingDocument, PredictionDocument } from '../api/documents';
import { findingSentence, fraction } from '../panel/wording';
import type { ReadingSession } from './reading_session';

type Source = Pick<PredictionDocument, 'bundle' | 'bundle_name' | 'bundle_version' | 'finished_at'>;

/** `image`: id of the image; its first eight letters are the number that the page shows. */
export function copiedSentence(finding: FindingDocument, source: Source, image: string): string {
  const { title, decision, probability, interval } = finding;
  const range = interval ? ` (95 % interval ${fraction(interval[0])} to ${fraction(interval[1])})` : '';
  const number = probability === null ? '' : ` ${fraction(probability)}${range}`;
  const word = decision === 'positive' || decision === 'negative' ? '' : ` ${decision}`;
  const said = findingSentence(finding).replace(/\.$/, '');
  const day = source.finished_at ? `, ${source.finished_at.slice(0, 10)}` : '';
  const model = `${source.bundle_name} ${source.bundle_version} (${source.bundle.slice(0, 12)})`;
  return `${title}:${word}${number}; ${said}. ${model} on image ${image.slice(0, 8)}${day}. Research use only — not for diagnosis.`;
}

/** Raises Error where the browser lets a page without https put nothing on the clipboard. */
async function toClipboard(text: string): Promise<void> {
  if (!('clipboard' in navigator)) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}

export async function copyFinding(session: Pick<ReadingSession, 'isAiUnseen' | 'selected' | 'shown' | 'boot' | 'announce'>): Promise<void> {
  if (session.isAiUnseen()) return;
  const [finding, shown] = [session.selected(), session.shown()];
  if (!finding || !shown) return session.announce('no result of the model is here that could be copied');
  const text = copiedSentence(finding, shown, session.boot.image.id);
  try {
    await toClipboard(text);
    session.announce(`copied: ${text}`);
  } catch {
    session.announce(`the browser lets this page copy nothing (it does over https): ${text}`);
  }
}
