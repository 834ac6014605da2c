// @ts-check
/** The import report follows an upload that is still at work, then loads itself once more as the final page. */
const EVERY_MS = 1500;
const url = document.querySelector('#upload-files')?.getAttribute('data-url') ?? '';

async function look() {
  try {
    const answer = await fetch(url, { headers: { 'X-Background': '1' } });
    if (answer.ok && (await answer.json()).state === 'done') return window.location.reload();
  } catch {
    // Offline: the next look tries again.
  }
  window.setTimeout(look, EVERY_MS);
}

if (url) window.setTimeout(look, EVERY_MS);
