/** All boxes that are drawn on the picture, as a table; the reader's own can be changed in numbers. */
import type { BoxSide, PixelBox } from '../geometry/pixel_box';
import { BOX_SIDES, boxWith } from '../geometry/pixel_box';
import { laterTruthOf } from '../later/later_truth';
import type { DrawnBox } from '../session/drawn_boxes';
import { drawnBoxes } from '../session/drawn_boxes';
import type { LabelledBox } from '../overlay/box_layer';
import { mayChangeBox, putBox, putGivenBox } from '../session/form_box';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { PixelInput } from './PixelInput';

const SIDE_NAMES: Readonly<Record<BoxSide, string>> = { x: 'left edge', y: 'upper edge', w: 'width', h: 'height' };

interface SideProps {
  readonly box: PixelBox;
  readonly side: BoxSide;
  readonly what: string;
  readonly onBox: (box: PixelBox) => void;
}

function BoxSideInput({ box, side, what, onBox }: SideProps) {
  const session = useSession();
  const take = (typed: string): void => {
    const changed = boxWith(box, side, typed, session.boot.image);
    if (typeof changed === 'string') session.announce(changed);
    else onBox(changed);
  };
  return (
    <PixelInput
      value={box[side]}
      label={`${SIDE_NAMES[side]} of the box, pixels: ${what}`}
      testId={`box-${side}`}
      onTyped={take}
    />
  );
}

interface RowProps {
  readonly kind: 'draft' | 'answer' | LabelledBox['speaker'];
  readonly title: string;
  readonly box: PixelBox;
  /** null: the numbers are only read. */
  readonly onBox: ((box: PixelBox) => void) | null;
}

function BoxRow({ kind, title, box, onBox }: RowProps) {
  return (
    <tr data-testid={`box-row-${kind}`}>
      <th scope="row" className={kind === 'model' || kind === 'truth' ? kind : 'reader'}>
        {title}
      </th>
      {BOX_SIDES.map((side) => (
        <td key={side} className="num">
          {onBox ? <BoxSideInput box={box} side={side} what={title} onBox={onBox} /> : box[side].toFixed(1)}
        </td>
      ))}
    </tr>
  );
}

export function BoxTable() {
  const session = useSession();
  const { form } = useStore(session.panel);
  useStore(session.predictions.state);
  useStore(session.desk.state);
  useStore(session.desk.outbox.state);
  useStore(session.scheme);
  useStore(laterTruthOf(session).state);
  const drawn = drawnBoxes(session);
  const draft = form?.isChanged ? form.box : null;
  if (drawn.length === 0 && !draft) return null;
  const change = ({ answer }: DrawnBox): ((box: PixelBox) => void) | null =>
    answer && mayChangeBox(session, answer) ? (box) => putGivenBox(session, answer, box) : null;
  return (
    <details className="box-table" data-testid="box-table">
      <summary>Boxes in numbers</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Pixels of the image</th>
            {BOX_SIDES.map((side) => (
              <th key={side} scope="col" title={SIDE_NAMES[side]}>
                {side}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {draft && <BoxRow kind="draft" title="of the open form" box={draft} onBox={(box) => putBox(session, box)} />}
          {drawn.map((one) => (
            <BoxRow key={one.key} kind={one.answer ? 'answer' : one.speaker} title={one.title} box={one.box} onBox={change(one)} />
          ))}
        </tbody>
      </table>
    </details>
  );
}
