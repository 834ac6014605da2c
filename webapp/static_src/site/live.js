// @ts-check
/**
 * Calls back when cases change: server-sent events, and polling where they do not get through.
 * A hidden tab lets go of its line: browsers allow six per server, and nobody is looking.
 */
const POLL_MS = 5000;
const BACKGROUND = { 'X-Background': '1' }; // nobody acts: does not keep a session alive that its person has left
const PATIENCE = 3; // failures in a row before polling takes over

/**
 * @param {string} cursor where to go on, as the server wrote it into the page
 * @param {(images: string[]) => void} onChange
 */
export function listen(cursor, onChange) {
  let since = cursor;
  let failures = 0;
  /** @type {EventSource | null} */
  let source = null;
  let timer = 0;

  /** @param {{cursor: string, images: string[]}} change */
  function tell(change) {
    since = change.cursor;
    if (change.images.length) onChange(change.images);
  }

  function open() {
    close();
    if (failures >= PATIENCE || !('EventSource' in window)) {
      timer = window.setTimeout(poll, POLL_MS);
      return;
    }
    source = new EventSource(`/events/?since=${encodeURIComponent(since)}`);
    source.addEventListener('open', () => { failures = 0; });
    source.addEventListener('change', (event) => tell(JSON.parse(event.data)));
    source.addEventListener('bye', () => window.location.reload());
    source.addEventListener('error', () => {
      failures += 1;
      // CLOSED: the browser has given up (a 401 or 502, say). Otherwise it tries again by itself.
      if (source?.readyState === EventSource.CLOSED || failures >= PATIENCE) {
        close();
        timer = window.setTimeout(open, POLL_MS);
      }
    });
  }

  async function poll() {
    try {
      const answer = await fetch(`/api/worklist/?since=${encodeURIComponent(since)}`, { headers: BACKGROUND });
      if (answer.status === 401 || answer.status === 403) return window.location.reload();
      if (answer.ok) tell(await answer.json());
    } catch {
      // Offline: the next round tries again.
    }
    timer = window.setTimeout(poll, POLL_MS);
  }

  function close() {
    window.clearTimeout(timer);
    source?.close();
    source = null;
  }

  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  window.addEventListener('pagehide', close);
  if (!document.hidden) open();
}
