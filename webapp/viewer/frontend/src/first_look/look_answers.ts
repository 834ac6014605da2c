/** What a reader says of each finding before the model is shown. Pure: the page's state lives in first_look.ts. */
import type { AskedFinding, FirstAnswerDocument } from '../api/schema';
import type { PixelBox } from '../geometry/pixel_box';

export type Says = FirstAnswerDocument['says'];

export interface LookAnswer {
  readonly says: Says;
  readonly confidence: number | null;
  readonly box: PixelBox | null;
}

export type LookAnswers = Readonly<Record<string, LookAnswer>>;

export const SAYS_TITLES: Readonly<Record<Says, string>> = {
  present: 'present',
  absent: 'absent',
  cannot_judge: 'cannot say',
};

/** The answers with one finding said anew: how sure stays where something is said, a box where it is present. */
export function withSays(answers: LookAnswers, finding: string, says: Says): LookAnswers {
  const before = answers[finding];
  const box = says === 'present' ? (before?.box ?? null) : null;
  const confidence = says === 'cannot_judge' ? null : (before?.confidence ?? null);
  return { ...answers, [finding]: { says, confidence, box } };
}

/** The answers with everything that is still open said to be absent. */
export function withRestAbsent(answers: LookAnswers, asked: readonly AskedFinding[]): LookAnswers {
  return stillOpen(answers, asked).reduce((found, { key }) => withSays(found, key, 'absent'), answers);
}

export const stillOpen = (answers: LookAnswers, asked: readonly AskedFinding[]): readonly AskedFinding[] =>
  asked.filter(({ key }) => !answers[key]);

/** The open finding after this one, from the top again behind the last; null when none is open. */
export function nextOpen(answers: LookAnswers, asked: readonly AskedFinding[], after: string | null): string | null {
  const place = asked.findIndex(({ key }) => key === after);
  const around = [...asked.slice(place + 1), ...asked.slice(0, place + 1)];
  return around.find(({ key }) => !answers[key])?.key ?? null;
}

/** As the API takes it: what is not given is left out. */
export function bodyOf(answers: LookAnswers, asked: readonly AskedFinding[]): object[] {
  return asked.flatMap(({ key }) => {
    const answer = answers[key];
    if (!answer) return [];
    const { says, confidence, box } = answer;
    return [{ finding: key, says, ...(confidence !== null && { confidence }), ...(box && { box }) }];
  });
}
