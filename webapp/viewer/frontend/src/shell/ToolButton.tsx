/** A button of the toolbar: pressed or not, with its key and a hint. Where the row is short of room the hint alone has the key. */
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
      title={[hint, shortcut && `(${shortcut})`].filter(Boolean).join(' ') || undefined}
      data-testid={testId}
      onClick={onPress}
    >
      {label} {shortcut && <kbd className="of-tool">{shortcut}</kbd>}
    </button>
  );
}
