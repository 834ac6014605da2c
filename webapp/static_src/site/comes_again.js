// @ts-check
/** The page of a busy database: asks whether it takes a write again, and only then loads what was asked for. */
const element = document.querySelector('[data-again-seconds]');
const milliseconds = 1000 * Number(element?.getAttribute('data-again-seconds'));

async function databaseIsBack() {
  try {
    const answer = await fetch('/readyz', { cache: 'no-store' });
    return (await answer.json()).database === 'ok'; // other troubles are no reason to wait
  } catch {
    return false; // no connection, or something between that answers for the server
  }
}

async function look() {
  if (await databaseIsBack()) window.location.reload();
  else window.setTimeout(look, milliseconds);
}

window.setTimeout(look, milliseconds);
