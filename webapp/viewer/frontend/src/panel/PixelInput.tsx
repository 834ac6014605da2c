/** One number of what is drawn, in image pixels; it counts when it is left or Enter is pressed, Escape gives the old one back. */
import { useState } from 'react';

interface Props {
  readonly value: number;
  readonly label: string;
  readonly testId: string;
  readonly onTyped: (typed: string) => void;
}

export function PixelInput({ value, label, testId, onTyped }: Props) {
  const [typed, type] = useState<string | null>(null);
  const shown = value.toFixed(1);
  const take = (): void => {
    type(null);
    if (typed !== null && typed !== shown) onTyped(typed);
  };
  return (
    <input
      inputMode="decimal"
      size={6}
      aria-label={label}
      data-testid={testId}
      value={typed ?? shown}
      onChange={(event) => type(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
        else if (event.key === 'Escape') type(null);
        else return;
        event.stopPropagation();
      }}
    />
  );
}
