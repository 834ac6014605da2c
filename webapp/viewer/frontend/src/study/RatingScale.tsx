/** A rating on the protocol's scale: chips for few steps, a slider with its number for many. Nothing is preselected. */
import { ChipGroup } from '../panel/ChipGroup';
import type { FormFinding } from './documents';

interface Props {
  readonly finding: Pick<FormFinding, 'code' | 'label' | 'min' | 'max'>;
  readonly value: number | null;
  readonly isDisabled: boolean;
  readonly label?: string;
  readonly testId?: string;
  readonly onRate: (value: number) => void;
}

const MOST_CHIPS = 7;

export function RatingScale({ finding, value, isDisabled, label = 'Rating', testId, onRate }: Props) {
  const { min, max, code } = finding;
  const id = testId ?? `rating-${code}`;
  if (max - min < MOST_CHIPS) {
    const steps = Array.from({ length: max - min + 1 }, (_, i) => String(min + i));
    return (
      <ChipGroup
        label={`${label}, ${finding.label}`}
        chips={steps.map((own) => ({ value: own, title: own }))}
        value={value === null ? null : String(value)}
        testPrefix={id}
        onChoose={(own) => !isDisabled && onRate(Number(own))}
      />
    );
  }
  return (
    <label className={`slider${value === null ? ' is-unset' : ''}`}>
      <span className="num">{min}</span>
      <input
        type="range"
        min={min}
        max={max}
        value={value ?? (min + max) / 2}
        disabled={isDisabled}
        aria-label={`${label}, ${finding.label}${value === null ? ', not given yet' : ''}`}
        data-testid={id}
        onChange={(event) => onRate(Number(event.target.value))}
        // A press where the thumb already stands changes nothing, and must count all the same.
        onPointerUp={(event) => value === null && onRate(Number(event.currentTarget.value))}
      />
      <span className="num">{max}</span>
      <output className="num rating" data-testid={`${id}-value`}>
        {value ?? '–'}
      </output>
    </label>
  );
}
