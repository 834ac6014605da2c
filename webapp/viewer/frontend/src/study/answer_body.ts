/** The answer to one case as a value: every change gives a new one, so that undo is keeping the old. */
import type { PixelBox } from '../geometry/pixel_box';
import type { AnswerBody, Assignment, Coding, FindingAnswer, QuestionAnswer, ReadingForm, StudyMark } from './documents';

const NOTHING: FindingAnswer = { rating: null, action: '' };

export function emptyBody(form: ReadingForm): AnswerBody {
  return {
    ratings: Object.fromEntries(form.findings.map((finding) => [finding.code, NOTHING])),
    marks: [],
    answers: {},
    comment: '',
    inadequate: '',
    active_ms: 0,
    first_mark_ms: null,
  };
}

export const ratingOf = (body: AnswerBody, finding: string): FindingAnswer => body.ratings[finding] ?? NOTHING;

export function withRating(body: AnswerBody, finding: string, change: Partial<FindingAnswer>): AnswerBody {
  return { ...body, ratings: { ...body.ratings, [finding]: { ...ratingOf(body, finding), ...change } } };
}

export function withMark(body: AnswerBody, mark: StudyMark): AnswerBody {
  const known = body.marks.some((own) => own.key === mark.key);
  const marks = known ? body.marks.map((own) => (own.key === mark.key ? mark : own)) : [...body.marks, mark];
  return { ...body, marks, first_mark_ms: body.first_mark_ms ?? mark.first_drawn_ms };
}

export function withoutMark(body: AnswerBody, key: string): AnswerBody {
  return { ...body, marks: body.marks.filter((mark) => mark.key !== key) };
}

export function withAnswer(body: AnswerBody, question: string, value: QuestionAnswer | null): AnswerBody {
  const answers = Object.fromEntries(Object.entries(body.answers).filter(([code]) => code !== question));
  return { ...body, answers: value === null ? answers : { ...answers, [question]: value } };
}

export function codingOf(body: AnswerBody, item: string, outcome: string): Coding {
  const found = body.codings?.find((coding) => coding.item === item);
  return (
    found ?? {
      item,
      outcome,
      site: '',
      laterality: '',
      cause: '',
      severity: null,
      region: null,
      confidence: null,
      note: '',
    }
  );
}

export function withCoding(body: AnswerBody, coding: Coding): AnswerBody {
  const others = (body.codings ?? []).filter((own) => own.item !== coding.item);
  return { ...body, codings: [...others, coding] };
}

export function boxOf(mark: StudyMark): PixelBox | null {
  return mark.shape === 'box' ? { x: mark.x, y: mark.y, w: mark.w, h: mark.h } : null;
}

/** What a submission still lacks, in the words of the form. A technically inadequate image needs nothing but the reason. */
export function missingIn(body: AnswerBody, assignment: Pick<Assignment, 'form' | 'stage' | 'items'>): string[] {
  if (body.inadequate) return [];
  if (assignment.stage === 'coding') {
    return (assignment.items ?? []).flatMap((item, n) => {
      const coding = codingOf(body, item.id, item.outcome);
      const lacks = [
        coding.site ? '' : 'site',
        coding.cause ? '' : 'cause',
        coding.severity === null ? 'severity' : '',
        coding.confidence === null ? 'confidence' : '',
      ].filter(Boolean);
      return lacks.length ? [`failure ${n + 1}: ${lacks.join(', ')}`] : [];
    });
  }
  const { findings, questions, actions } = assignment.form;
  return [
    ...findings.flatMap((finding) => {
      const { rating, action } = ratingOf(body, finding.code);
      const noRating = rating === null ? [`rating of ${finding.label}`] : [];
      const noAction = actions.length > 0 && rating !== null && !action ? [`action for ${finding.label}`] : [];
      return [...noRating, ...noAction];
    }),
    ...questions
      .filter((question) => question.required && !isAnswered(body.answers[question.code]))
      .map((question) => question.label),
    ...body.marks.flatMap((mark, n) => (mark.rating === null ? [`confidence of mark ${n + 1}`] : [])),
  ];
}

function isAnswered(value: QuestionAnswer | null | undefined): boolean {
  if (value == null || value === '') return false;
  return !Array.isArray(value) || value.length > 0;
}
