/** A button of the toolbar: pressed or not, with its key and a hint. */
interface Props {
  readonly label: string;
  readonly shortcut?: string;
  readonly hint?: string;
  readonly isOn?: boolean;
  readonly testId?: string;
  readonly onPress: (event: React.MouseEvent) => void;
}

export function ToolButton({ label, shortcut, hint, isOn, testId, onPress }: Props) {
  return (
    <button
      type="button"
      className={isOn ? 'on' : ''}
      aria-pressed={isOn}
      title={hint}
      data-testid={testId}
      onClick={onPress}
    >
      {label} {shortcut && <kbd>{shortcut}</kbd>}
    </button>
  );
}
