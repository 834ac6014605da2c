/** Letters of the patient's directions at the sides of the picture, from the file's Patient Orientation. */
import type { HeaderDocument } from '../api/documents';
import { useStore } from '../state/store';
import type { ViewportController } from './controller';
import { sideMarks } from './placement';

interface Props {
  readonly controller: ViewportController;
  readonly header: HeaderDocument;
  readonly of?: string;
}

const SIDES = ['left', 'right', 'top', 'bottom'] as const;

export function SideMarks({ controller, header, of = '' }: Props) {
  const { affine } = useStore(controller.view);
  const marks = affine && sideMarks(header.placement, affine);
  if (!marks) {
    return header.placement.side_not_stated ? (
      <div className="side-mark left" data-testid={`${of}side-not-stated`}>
        side not stated
      </div>
    ) : null;
  }
  return SIDES.map((side) => (
    <div key={side} className={`side-mark ${side}`} data-testid={`${of}side-${side}`}>
      {marks[side]}
    </div>
  ));
}
