/** The second window: whose picture, which one, and the picture. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { listenToKeys } from '../keys/key_handler';
import { OtherCorners } from '../prior/OtherCorners';
import { captionOf, dateOf, doubtsOf, factsOf, isOfStudy, titleOf } from '../prior/prior_words';
import { PatientBanner, ResearchLine } from '../shell/Banner';
import { DragTools, FitTools, InvertTool, Presets, TurnTools } from '../shell/ViewTools';
import { useStore } from '../state/store';
import type { ViewportController } from '../viewport/controller';
import { secondKeys } from './second_keys';
import type { SecondWindow } from './second_window';

interface Props {
  readonly second: SecondWindow;
}

export function SecondPage({ second }: Props) {
  const { shown, controller, announcement } = useStore(second.state);
  useEffect(() => listenToKeys(second, secondKeys()), [second]);
  return (
    <div className="second-page">
      {shown ? (
        <PatientBanner {...shown} brand={<span className="brand">Sightline</span>} />
      ) : (
        <header className="banner">
          <span className="brand">Sightline</span>
          <span className="grow" />
          <ResearchLine />
        </header>
      )}
      <nav className="toolbar" aria-label="Tools">
        <div className="toolbar-tools" key={shown?.image.id}>
          {controller && (
            <>
              <DragTools controller={controller} />
              <TurnTools controller={controller} />
              <InvertTool controller={controller} />
              <Presets controller={controller} announce={(text) => second.announce(text)} />
              <FitTools controller={controller} />
            </>
          )}
        </div>
      </nav>
      <Choices second={second} />
      <Picture second={second} controller={controller} />
      <footer className="status-bar">
        <span role="status" aria-live="polite" data-testid="second-announcement">
          {announcement}
        </span>
        <span className="grow" />
        <span>pictures only: the model and the answers are on the reading page</span>
      </footer>
    </div>
  );
}

/** What lies here, and what else may. */
function Choices({ second }: Props) {
  const { shown, list, chosen, controller, lack } = useStore(second.state);
  if (!shown) return null;
  const images = [...(list?.priors ?? []), ...(list?.companions ?? [])];
  const isCase = controller !== null && chosen === null;
  return (
    <div className={chosen ? 'second-caption is-other' : 'second-caption'} data-testid="second-caption">
      {chosen && <strong>{titleOf(chosen)}</strong>}
      {chosen && <span>{factsOf(chosen)}</span>}
      {isCase && <strong>this case, without the model</strong>}
      {lack && <span data-testid="second-lack">{lack}</span>}
      <span className="grow" />
      <button type="button" aria-pressed={isCase} className={isCase ? 'on' : ''} data-testid="second-case" onClick={() => second.showCase()}>
        This case
      </button>
      {images.map((image) => (
        <button
          key={image.id}
          type="button"
          className={image.id === chosen?.id ? 'on' : ''}
          aria-pressed={image.id === chosen?.id}
          title={`${titleOf(image)}: ${captionOf(image)}`}
          data-testid="second-image"
          onClick={() => void second.choose(image)}
        >
          {isOfStudy(image) ? image.kind : (image.study_date ?? dateOf(image))}
        </button>
      ))}
    </div>
  );
}

/** The element stays while pictures change: the screen is made once for it. */
function Picture({ second, controller }: Props & { readonly controller: ViewportController | null }) {
  const { chosen, why } = useStore(second.state);
  const host = useRef<HTMLDivElement>(null);
  const label = chosen ? `${titleOf(chosen)}, ${captionOf(chosen)}` : 'this case';
  useLayoutEffect(() => {
    const element = host.current;
    if (!element || !controller) return;
    void controller.mount(element).then(() => (element.tabIndex = 0)); // Cornerstone takes its elements out of the order of Tab
    return () => controller.unmount();
  }, [controller]);
  useLayoutEffect(() => () => second.screen.close(), [second]);
  return (
    <main className={chosen ? 'second-picture is-other' : 'second-picture'}>
      <div
        ref={host}
        className="viewport"
        data-testid="second-viewport"
        role="application"
        aria-label={controller ? label : 'no picture'}
        tabIndex={controller ? 0 : -1}
        onContextMenu={(event) => event.preventDefault()}
      />
      {controller && <OtherCorners key={label} controller={controller} doubts={chosen ? doubtsOf(chosen) : []} of="second-" />}
      {why && (
        <p className="stage-message" role="status" data-testid="second-why">
          {why}
        </p>
      )}
    </main>
  );
}
