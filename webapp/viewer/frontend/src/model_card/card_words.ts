/** What the model's card says, in words. */
import type { ComparisonDocument, PredictionDocument, ReproductionDocument } from '../api/schema';

export const providerText = (provider: string): string => provider.replace('ExecutionProvider', '') || 'not stated';

/** 2026-11-30 07:22, of the machine that reads it. */
export function dateTime(text: string): string {
  const when = new Date(text);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const day = [when.getFullYear(), pad(when.getMonth() + 1), pad(when.getDate())].join('-');
  return `${day} ${pad(when.getHours())}:${pad(when.getMinutes())}`;
}

const secondsBetween = (from: string, to: string): string => {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
};

/** From the start of its job, which other images may have shared, and from when it was asked for. */
export function latencyText({ created_at: asked, started_at: started, finished_at: finished }: PredictionDocument): string {
  if (!finished) return 'not kept';
  const waited = `${secondsBetween(asked, finished)} after it was asked for`;
  return started ? `${secondsBetween(started, finished)}, with its reading and writing; ${waited}` : waited;
}

/** 0, 3.2e-8, .0015: as many digits as tell it from its tolerance. */
export function smallNumber(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(2))).replace(/^0\./, '.');
}

export function comparisonText({ title, largest, tolerance, is_within: isWithin, note }: ComparisonDocument): string {
  if (note || largest === null || tolerance === null) return `${title}: ${note || 'not compared'}`;
  const verdict = isWithin ? 'within' : 'more than';
  return `${title}: largest difference ${smallNumber(largest)}, ${verdict} ${smallNumber(tolerance)}`;
}

/** One line on how a run ended, or that it is under way. */
export function outcomeText(row: ReproductionDocument): string {
  const when = dateTime(row.finished_at ?? row.created_at);
  const who = row.asked_by ? ` for ${row.asked_by}` : '';
  switch (row.state) {
    case 'queued':
      return row.waiting_for || 'waiting for the model…';
    case 'running':
      return 'the model runs again…';
    case 'succeeded': {
      const verdict = row.is_within ? 'Reproduced' : 'Not reproduced';
      return `${verdict}: run again on ${when}${who}, ${providerText(row.provider)}.`;
    }
    default:
      return `Not run again (${when}${who}): ${row.error?.text ?? 'the run was cancelled'}`;
  }
}
