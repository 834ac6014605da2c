/** The place of the pictures: the case, and beside it, or in its place, an earlier image or the other view. */
import { useLayoutEffect, useRef } from 'react';
import { dateText } from '../shell/patient_text';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { Stage } from '../viewport/Stage';
import type { ViewportController } from '../viewport/controller';
import { OtherCorners } from './OtherCorners';
import { PriorCaption, PriorStrip } from './PriorCaption';
import { noteFocus } from './prior_keys';
import { captionOf, doubtsOf, titleOf } from './prior_words';
import { isCaseCovered, layoutOf } from './priors';

export function Pictures() {
  const session = useSession();
  const { priors } = session.page;
  const state = useStore(priors.state);
  const layout = layoutOf(state);
  const { image } = session.boot;
  return (
    <div
      className="pictures"
      data-testid="pictures"
      data-prior={layout}
      data-held={isCaseCovered(state) ? '' : undefined}
      onPointerDownCapture={(event) => priors.lead(isOfOther(event.target))}
      onWheelCapture={(event) => priors.lead(isOfOther(event.target))}
    >
      {layout === 'beside' && (
        <div className="case-caption" data-testid="case-caption">
          this case · {dateText(image.study_date) || 'date not stated'}
        </div>
      )}
      <Stage />
      {layout !== 'behind' && <PriorCaption />}
      {layout !== 'behind' && <PriorStrip />}
      <PriorPane controller={state.controller} label={state.chosen ? `${titleOf(state.chosen)}, ${captionOf(state.chosen)}` : ''} doubts={state.chosen ? doubtsOf(state.chosen) : []} />
    </div>
  );
}

const isOfOther = (target: EventTarget): boolean => target instanceof Element && target.closest('.prior-pane') !== null;

interface PaneProps {
  readonly controller: ViewportController | null;
  readonly label: string;
  readonly doubts: readonly string[];
}

/** The element stays while images change: the screen is made once for it. */
function PriorPane({ controller, label, doubts }: PaneProps) {
  const { page } = useSession();
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element || !controller) return;
    // Cornerstone takes its elements out of the order of Tab.
    void controller.mount(element).then(() => (element.tabIndex = 0));
    return () => controller.unmount();
  }, [controller]);
  useLayoutEffect(() => () => page.priors.screen.close(), [page]);
  return (
    <section className="prior-pane" aria-label="other image">
      <div
        ref={host}
        className="viewport"
        data-testid="prior-viewport"
        role="application"
        aria-label={controller ? label : 'no other image'}
        tabIndex={controller ? 0 : -1}
        onFocus={(event) => noteFocus(event.currentTarget, true)}
        onBlur={(event) => noteFocus(event.currentTarget, false)}
        onContextMenu={(event) => event.preventDefault()}
      />
      {controller && <OtherCorners key={label} controller={controller} doubts={doubts} of="prior-" />}
    </section>
  );
}
