/** One question of a form with its choices; those beyond the first few come with "other…". */
import { useState } from 'react';
import type { FormRow } from '../reviews/form_rows';
import { ChipGroup } from './ChipGroup';

interface Props {
  readonly row: FormRow;
  readonly onChoose: (code: string) => void;
}

export function QuestionRow({ row, onChoose }: Props) {
  const [isOpen, setOpen] = useState(false);
  const { name, question, first, rest, value } = row;
  const offered = isOpen || rest.some(({ code }) => code === value) ? [...first, ...rest] : first;
  return (
    <div className="question">
      <span className="muted">
        {question}
        {row.isProposed && (
          <span className="faint small" data-testid={`${name}-proposed`}>
            {` proposed ${row.place ?? ''}`.trimEnd()}
          </span>
        )}
        {row.isOptional && value === null && <span className="faint small"> optional</span>}
      </span>
      <ChipGroup
        label={question}
        chips={offered.map(({ code, title }) => ({ value: code, title, hint: code }))}
        value={value}
        testPrefix={name}
        onChoose={onChoose}
      >
        {offered.length < first.length + rest.length && (
          <button type="button" className="choice" data-testid={`${name}-other`} onClick={() => setOpen(true)}>
            other…
          </button>
        )}
      </ChipGroup>
    </div>
  );
}
