/** One choice out of a few, as chips: a radio group that mouse, arrows and Space operate alike. */
import { useRef } from 'react';

export interface Chip {
  readonly value: string;
  readonly title: string;
  readonly hint?: string;
  /** The digit that chooses it just now. */
  readonly digit?: number;
}

interface Props {
  readonly label: string;
  readonly chips: readonly Chip[];
  readonly value: string | null;
  readonly testPrefix?: string;
  /** Shown after the chips, e.g. "other…". */
  readonly children?: React.ReactNode;
  readonly onChoose: (value: string) => void;
}

const STEP: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function ChipGroup({ label, chips, value, testPrefix, children, onChoose }: Props) {
  const group = useRef<HTMLDivElement>(null);
  const chosen = chips.findIndex((chip) => chip.value === value);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = STEP[event.key];
    if (!step || event.altKey) return;
    event.preventDefault();
    const radios = [...(group.current?.querySelectorAll<HTMLElement>('[role=radio]') ?? [])];
    const now = radios.indexOf(document.activeElement as HTMLElement);
    const next = (now + step + radios.length) % radios.length;
    radios[next]?.focus();
    const chip = chips[next];
    if (chip) onChoose(chip.value);
  };

  return (
    <div className="chips" role="radiogroup" aria-label={label} ref={group} onKeyDown={onKeyDown}>
      {chips.map((chip, i) => (
        <button
          key={chip.value}
          type="button"
          role="radio"
          aria-checked={chip.value === value}
          tabIndex={i === Math.max(0, chosen) ? 0 : -1}
          className={chip.value === value ? 'choice on' : 'choice'}
          title={chip.hint}
          data-testid={testPrefix && `${testPrefix}-${chip.value}`}
          onClick={() => onChoose(chip.value)}
        >
          {chip.digit !== undefined && String(chip.digit) !== chip.title && <kbd>{chip.digit}</kbd>} {chip.title}
        </button>
      ))}
      {children}
    </div>
  );
}
