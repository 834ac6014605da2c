// @ts-check
/** Keeps the operations page true while it is looked at. A button that has the focus is not taken from under the hand. */
const PERIOD_MS = 3000;
const HEADERS = { 'X-Sightline-Part': 'live', 'X-Background': '1' }; // does not keep a left-alone session alive

async function refresh() {
  const old = document.querySelector('#operations-live');
  if (!old || document.hidden || old.contains(document.activeElement) || old.matches(':has(button:hover)')) return;
  const answer = await fetch(window.location.pathname, { headers: HEADERS });
  if (answer.redirected) return window.location.reload();
  if (!answer.ok) return;
  // The server's own escaped page, parsed without running anything: the same trust as navigating to it.
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#operations-live');
  if (fresh) old.replaceWith(document.adoptNode(fresh));
}

window.setInterval(() => refresh().catch(() => {}), PERIOD_MS);
