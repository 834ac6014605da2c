/** The JSON documents of a study reading, by the names it uses. Their fields are the server's: api/schema.d.ts. */
import type { AnswerBody, AssignmentDocument } from '../api/schema';

export type {
  AiDocument,
  AiFinding,
  AnswerBody,
  Coding,
  CodingItem,
  FeedbackDocument as Feedback,
  FindingAnswer,
  FormDocument as ReadingForm,
  FormFinding,
  NextDocument as NextStep,
  ProtocolQuestion as FormQuestion,
  Receipt,
  StudyBoot,
  StudyMark,
} from '../api/schema';

export type QuestionAnswer = NonNullable<AnswerBody['answers'][string]>;
/** A case with a stage still to be read. */
export type Assignment = AssignmentDocument & { readonly stage: NonNullable<AssignmentDocument['stage']> };

export const isOpen = (assignment: AssignmentDocument | null): assignment is Assignment =>
  assignment !== null && assignment.stage !== null;
