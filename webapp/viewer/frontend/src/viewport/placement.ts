/** How the stored picture is brought to L\\F when it is opened, and which side of the patient lies at which side of the screen. */
import type { HeaderDocument } from '../api/documents';
import type { Affine } from '../geometry/pixels';
import type { Orientation } from './camera';

type Placement = HeaderDocument['placement'];

export const STORED: Orientation = { rotation: 0, flipHorizontal: false, flipVertical: false };

/** The view that shows the picture as L\\F. Flips of the camera are those of the stored picture: the quarter turn comes after. */
export function placedOrientation({ turn }: Placement): Orientation {
  if (!turn.transposed) {
    return { rotation: 0, flipHorizontal: turn.flips_columns, flipVertical: turn.flips_rows };
  }
  // A transposition is a flip of the rows, then a quarter turn to the right; columns and rows have changed places by then.
  return { rotation: 90, flipHorizontal: turn.flips_rows, flipVertical: !turn.flips_columns };
}

export function isSameOrientation(one: Orientation, other: Orientation): boolean {
  return (
    one.rotation === other.rotation &&
    one.flipHorizontal === other.flipHorizontal &&
    one.flipVertical === other.flipVertical
  );
}

const OPPOSITE: Readonly<Record<string, string>> = { L: 'R', R: 'L', H: 'F', F: 'H', A: 'P', P: 'A' };

const opposite = (direction: string): string => [...direction].map((letter) => OPPOSITE[letter] ?? '').join('');

export interface SideMarks {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

/** The patient's directions at the four sides of the screen, whatever the turn of the view; null where the file does not say. */
export function sideMarks({ right, down }: Placement, { a, b, c, d }: Affine): SideMarks | null {
  if (!right || !down) return null;
  const isAcross = Math.abs(a) >= Math.abs(b); // the image's rows run along those of the screen
  const across = isAcross ? right : down;
  const along = isAcross ? down : right;
  const toRight = (isAcross ? a : c) > 0 ? across : opposite(across);
  const toBottom = (isAcross ? d : b) > 0 ? along : opposite(along);
  return { left: opposite(toRight), right: toRight, top: opposite(toBottom), bottom: toBottom };
}
