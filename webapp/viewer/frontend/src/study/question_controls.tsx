/** How each type of answer is asked for: one control per type. The types are those of the server's ANSWER_TYPES. */
import type { ComponentType } from 'react';
import { ChipGroup } from '../panel/ChipGroup';
import type { FormQuestion, QuestionAnswer } from './documents';

interface Props {
  readonly question: FormQuestion;
  readonly title: string;
  readonly value: QuestionAnswer | null;
  readonly give: (answer: QuestionAnswer | null) => void;
}

interface ChipProps extends Pick<Props, 'question' | 'title'> {
  readonly options: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (option: string) => void;
}

function Chips({ question, title, options, chosen, onChoose }: ChipProps) {
  return (
    <div className="question">
      <span className="muted">{title}</span>
      <ChipGroup
        label={question.label}
        chips={options.map((own) => ({ value: own, title: own }))}
        value={chosen}
        testPrefix={`question-${question.code}`}
        onChoose={onChoose}
      />
    </div>
  );
}

function Choice({ question, title, value, give }: Props) {
  const chosen = typeof value === 'string' ? value : null;
  return <Chips question={question} title={title} options={question.options} chosen={chosen} onChoose={give} />;
}

function YesNo({ question, title, value, give }: Props) {
  const chosen = typeof value === 'boolean' ? (value ? 'yes' : 'no') : null;
  return (
    <Chips
      question={question}
      title={title}
      options={['yes', 'no']}
      chosen={chosen}
      onChoose={(own) => give(own === 'yes')}
    />
  );
}

function Multi({ question, title, value, give }: Props) {
  const chosen = Array.isArray(value) ? (value as readonly string[]) : [];
  return (
    <fieldset className="question">
      <legend className="muted">{title}</legend>
      {question.options.map((own) => (
        <label key={own} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(own)}
            onChange={(event) => give(event.target.checked ? [...chosen, own] : chosen.filter((other) => other !== own))}
          />
          {own}
        </label>
      ))}
    </fieldset>
  );
}

function Line({ question, title, value, give, type }: Props & { readonly type: 'number' | 'text' }) {
  const answerOf = (input: HTMLInputElement): QuestionAnswer | null => {
    if (type === 'text') return input.value || null;
    return Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber;
  };
  return (
    <label className="question">
      <span className="muted">{title}</span>
      <input
        type={type}
        min={question.min ?? undefined}
        max={question.max ?? undefined}
        step={question.step ?? undefined}
        value={typeof value === 'number' || typeof value === 'string' ? value : ''}
        data-testid={`question-${question.code}`}
        onChange={({ target }) => give(answerOf(target))}
      />
    </label>
  );
}

export const QUESTION_CONTROLS: Record<FormQuestion['type'], ComponentType<Props>> = {
  choice: Choice,
  multi: Multi,
  number: (props) => <Line {...props} type="number" />,
  text: (props) => <Line {...props} type="text" />,
  boolean: YesNo,
};
