/** One question of a form with its choices; those beyond the first few come with "other…". The row that has the digits shows them. */
import type { FormRow } from '../reviews/form_rows';
import { digitOfOther, numbered } from '../reviews/form_rows';
import { ChipGroup } from './ChipGroup';

interface Props {
  readonly row: FormRow;
  /** Digits choose in this row. */
  readonly isActive: boolean;
  /** What is behind "other…" was asked for. */
  readonly isAll: boolean;
  readonly onEnter: () => void;
  readonly onOther: () => void;
  readonly onChoose: (code: string) => void;
}

export function QuestionRow({ row, isActive, isAll, onEnter, onOther, onChoose }: Props) {
  const { name, question, first, rest, value } = row;
  const isWhole = isAll || rest.some(({ code }) => code === value);
  const digits = isActive ? numbered(row, isAll) : [];
  const other = isActive ? digitOfOther(row, isAll) : null;
  const chips = (isWhole ? [...first, ...rest] : first).map(({ code, title }) => {
    const place = digits.findIndex((choice) => choice.code === code);
    return { value: code, title, hint: code, ...(place >= 0 && { digit: place + 1 }) };
  });
  // By keyboard alone: digits that appear below a pressed pointer would move the choice away from it.
  const entered = (event: React.FocusEvent): void => {
    if (event.target.matches(':focus-visible')) onEnter();
  };
  return (
    <div className={isActive ? 'question active' : 'question'} data-row={name} onFocus={entered}>
      <span className="muted">
        {question}
        {row.isProposed && (
          <span className="faint small" data-testid={`${name}-proposed`}>
            {` proposed ${row.place ?? ''}`.trimEnd()}
          </span>
        )}
        {row.isOptional && value === null && <span className="faint small"> optional</span>}
      </span>
      <ChipGroup label={question} chips={chips} value={value} testPrefix={name} onChoose={onChoose}>
        {!isWhole && rest.length > 0 && (
          <button type="button" className="choice" data-testid={`${name}-other`} onClick={onOther}>
            {other !== null && <kbd>{other}</kbd>} other…
          </button>
        )}
      </ChipGroup>
    </div>
  );
}
