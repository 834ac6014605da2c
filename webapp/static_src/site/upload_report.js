// @ts-check
/** The import report follows an upload that is still at work: how many files are read, and at the end the final page. */
const EVERY_MS = 1500;
const bar = /** @type {HTMLProgressElement | null} */ (document.querySelector('#upload-progress'));
const said = document.querySelector('#upload-read'); // no status region: it would be read out at every step
const url = document.querySelector('#upload-files')?.getAttribute('data-url') ?? '';

async function look() {
  try {
    const answer = await fetch(url, { headers: { 'X-Background': '1' } });
    const report = answer.ok ? await answer.json() : null;
    if (report?.state === 'done') return window.location.reload();
    if (report) show(report.progress);
  } catch {
    // Offline: the next look tries again.
  }
  window.setTimeout(look, EVERY_MS);
}

/** @param {{read: number, total: number}} progress */
function show({ read, total }) {
  if (bar) Object.assign(bar, { max: total, value: read });
  if (said) said.textContent = `${read} of ${total} files read`;
}

if (url) window.setTimeout(look, EVERY_MS);
