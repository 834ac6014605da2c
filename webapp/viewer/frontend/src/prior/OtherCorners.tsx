/** The texts on a picture that is not the case under reading. */
import { useStore } from '../state/store';
import { SideMarks } from '../viewport/SideMarks';
import { EnhancedBadge, ScaleCorner, WindowCorner, useHeader } from '../viewport/ViewCorners';
import type { ViewportController } from '../viewport/controller';

interface Props {
  readonly controller: ViewportController;
  readonly doubts: readonly string[];
  readonly of: string;
}

/** of: the prefix of the names that tests know them by. */
export function OtherCorners({ controller, doubts, of }: Props) {
  const header = useHeader(controller);
  const { status, error } = useStore(controller.view);
  if (error) {
    return (
      <p className="stage-message stop" role="alert">
        {error}
      </p>
    );
  }
  return (
    <>
      <div className="corner tl model" data-testid={`${of}doubts`}>
        <EnhancedBadge controller={controller} of={of} />
        {doubts.map((doubt) => (
          <div key={doubt}>{doubt}</div>
        ))}
      </div>
      {status === 'loading' && <p className="stage-message">Loading the image…</p>}
      {header && <WindowCorner controller={controller} header={header} of={of} />}
      {header && <ScaleCorner controller={controller} header={header} of={of} />}
      {header && <SideMarks controller={controller} header={header} of={of} />}
    </>
  );
}
