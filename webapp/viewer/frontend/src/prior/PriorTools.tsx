/** Switches of the toolbar for images beside the case, and what the corner of the case says of earlier ones. */
import { actionOf, keyOf } from '../keys/key_table';
import { ToolButton } from '../shell/ToolButton';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { lackOf, summaryOf } from './prior_words';
import { isPriorBeside } from './priors';

export function PriorTools() {
  const { priors } = useSession().page;
  const { isOn, isNarrow, isSwitched, list, chosen } = useStore(priors.state);
  return (
    <>
      <ToolButton
        label="Prior"
        shortcut={keyOf('prior')}
        hint={actionOf('prior')}
        isOn={isNarrow ? isSwitched : isOn}
        testId="prior"
        onPress={() => void priors.toggle()}
      />
      {list?.companions.map((image) => (
        <ToolButton
          key={image.id}
          label={image.kind === 'lateral' ? 'Lateral' : 'Frontal'}
          hint="the other view of the study"
          isOn={chosen?.id === image.id}
          testId="companion"
          onPress={() => void priors.choose(image)}
        />
      ))}
    </>
  );
}

/** Said on the case itself where no earlier image is beside that says it. */
export function PriorCorner() {
  const { page, boot } = useSession();
  const state = useStore(page.priors.state);
  if (isPriorBeside(state)) return null;
  return <div data-testid="prior-summary">{summaryOf(state.list, state.problem, lackOf(state, boot.hanging.view))}</div>;
}
