/**
 * One DICOM file in a stack viewport by Cornerstone's own loader (`wadouri`): fetched, parsed and decoded in the browser. The address
 * of the file is the page's query. `window.shown` is the time of the first frame after the picture was drawn, in milliseconds since
 * navigation; `window.fault` the reason why there is none.
 */
import { Enums, RenderingEngine, init } from '@cornerstonejs/core';
import { init as initLoader } from '@cornerstonejs/dicom-image-loader';

async function show() {
  await init();
  initLoader({ maxWebWorkers: 1 });
  const element = document.getElementById('viewport');
  element.addEventListener(Enums.Events.IMAGE_RENDERED, () =>
    requestAnimationFrame((now) => (window.shown ??= now)),
  );
  const engine = new RenderingEngine('peer');
  engine.enableElement({ viewportId: 'picture', type: Enums.ViewportType.STACK, element });
  const viewport = engine.getViewport('picture');
  await viewport.setStack([`wadouri:${location.origin}${decodeURIComponent(location.search.slice(1))}`]);
  viewport.render();
}

show().catch((fault) => (window.fault = String(fault)));
