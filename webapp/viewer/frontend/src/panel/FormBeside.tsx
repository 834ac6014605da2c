/** The open form on the picture, beside the place that it speaks of and never over it; without room it goes to the panel. */
import { useLayoutEffect, useRef } from 'react';
import { beside } from '../geometry/beside';
import type { Rectangle } from '../geometry/beside';
import type { PixelBox } from '../geometry/pixel_box';
import { boxCorners } from '../geometry/pixel_box';
import type { Affine } from '../geometry/pixels';
import { imagePoint, toCanvas } from '../geometry/pixels';
import { besidePlace } from '../session/failure_place';
import { useSession } from '../shell/session_context';
import { useNarrow } from '../shell/use_narrow';
import { useStore } from '../state/store';
import { FormView } from './FormView';

/** Around a box of the image, in whatever turn of the view, CSS px. */
function onCanvas(affine: Affine, box: PixelBox): Rectangle {
  const corners = boxCorners(box).map(([x, y]) => toCanvas(affine, imagePoint(x, y)));
  const xs = corners.map(({ x }) => x);
  const ys = corners.map(({ y }) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

export function FormBeside() {
  const session = useSession();
  const { form } = useStore(session.panel);
  const { affine } = useStore(session.controller.view);
  useStore(session.predictions.state);
  useStore(session.scheme);
  const host = useRef<HTMLDivElement>(null);
  const isNarrow = useNarrow();
  const place = isNarrow ? null : besidePlace(session);
  // After every drawing: the form grows with what is opened in it, and the place moves with the picture.
  useLayoutEffect(() => {
    const own = host.current;
    const stage = own?.parentElement;
    if (!own || !stage || !place || !affine) return;
    const size = { width: own.offsetWidth, height: own.offsetHeight };
    const at = beside(onCanvas(affine, place), size, { width: stage.clientWidth, height: stage.clientHeight });
    if (!at) return session.panel.set({ isFormBeside: false });
    own.style.left = `${Math.round(at.left)}px`;
    own.style.top = `${Math.round(at.top)}px`;
  });
  if (!form || !place || !affine) return null;
  return (
    <div className="form-beside" ref={host} data-testid="form-beside">
      <FormView form={form} />
    </div>
  );
}
