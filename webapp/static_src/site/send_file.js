// @ts-check
/** One file in one request, with progress. The server's answer, or what went wrong and whether trying again may help. */

/**
 * @typedef {{position: number, name: string, archive: string | null, status: string, http: number, image: string | null,
 *   reason: {code: string, text: string, action: string} | null}} Item
 * @typedef {{id: string, state: string, items: Item[], added: number[]}} Report added: positions of the items of this request
 */

export class SendError extends Error {
  /**
   * @param {string} text
   * @param {boolean} mayRetry
   * @param {number | null} waitMs a pause after which the queue tries again by itself; null: only when asked to
   */
  constructor(text, mayRetry, waitMs = null) {
    super(text);
    this.mayRetry = mayRetry;
    this.waitMs = waitMs;
  }
}

const PAUSE_MS = 1500;

/** @returns {string} */
const csrfToken = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? '';

/**
 * @param {File} file
 * @param {string} upload id of the upload to append to, or empty for a new one
 * @param {(fraction: number) => void} onProgress
 * @returns {Promise<Report>}
 */
export function sendFile(file, upload, onProgress) {
  const form = new FormData();
  if (upload) form.append('upload', upload);
  form.append('files', file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/uploads/');
    request.setRequestHeader('X-CSRFToken', csrfToken());
    request.setRequestHeader('Accept', 'application/json');
    request.upload.addEventListener('progress', (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); });
    request.addEventListener('load', () => {
      const report = parse(request.responseText);
      if (report && Array.isArray(report.items)) resolve(report);
      else reject(refusal(request, report));
    });
    for (const kind of ['error', 'timeout', 'abort']) {
      request.addEventListener(kind, () => reject(new SendError('the connection broke', true, PAUSE_MS)));
    }
    request.send(form);
  });
}

/**
 * @param {XMLHttpRequest} request
 * @param {{text?: string, detail?: string} | null} answer
 */
function refusal(request, answer) {
  const { status } = request;
  const said = answer?.text ?? answer?.detail;
  if (status === 401 || status === 403) return new SendError(said ?? 'sign in again in another tab, then retry', true);
  if (status === 413) return new SendError(said ?? 'larger than this server takes', false);
  const waitMs = 1000 * Number(request.getResponseHeader('Retry-After') ?? 0) || PAUSE_MS;
  if (status === 429) return new SendError('the server asks to go slower', true, waitMs);
  if (status === 502 || status === 503) return new SendError(said ?? 'the server is starting', true, waitMs);
  return new SendError(said ?? `the server failed (${status})`, status >= 500);
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
