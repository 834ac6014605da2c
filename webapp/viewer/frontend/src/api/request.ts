/** Requests to our own server: JSON in, JSON out, a sentence when it fails. */

/** An answer that is not 2xx. `text` is written for the reader; status 0 means no answer came at all. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: string,
    /** The whole JSON answer, for what a sentence does not hold: the other version of a conflict. */
    readonly body: unknown = null,
    /** When to come again, ms from now, as a busy server asks; 0 where it does not say. */
    readonly retryAfterMs = 0,
  ) {
    super(`${status} ${code}: ${text}`);
  }
}

function cookie(name: string): string | null {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The sentence in an error body: {code, text}, {detail}, or the first field error of a form. */
export function sentenceOf(body: unknown, status: number): { code: string; text: string } {
  const fallback = { code: 'http', text: `the server answered ${status}` };
  if (!isRecord(body)) return fallback;
  const code = typeof body.code === 'string' ? body.code : fallback.code;
  if (typeof body.text === 'string') return { code, text: body.text };
  if (typeof body.detail === 'string') return { code, text: body.detail };
  for (const [field, value] of Object.entries(body)) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string') return { code, text: `${field}: ${first}` };
  }
  return fallback;
}

const LONGEST_PAUSE_MS = 30_000;
const READS = 4; // times that a busy server is asked for the same thing before the reader is told

/** What Retry-After asks for, ms; 0 where it says nothing, or a date. */
function pauseOf(response: Response): number {
  const seconds = Number(response.headers.get('Retry-After') ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(0, 1000 * seconds), LONGEST_PAUSE_MS) : 0;
}

/** Resolves after `ms`, or at once when the request is given up. */
function pause(ms: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Reading changes nothing, so a busy server (503 with Retry-After) is asked again by itself; a body never is. */
async function read(path: string, init: RequestInit): Promise<Response> {
  for (let left = READS - 1; ; left -= 1) {
    try {
      return await answer(path, init);
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 503 || !error.retryAfterMs || left === 0) throw error;
      await pause(error.retryAfterMs, init.signal);
    }
  }
}

async function answer(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new RequestError(0, 'offline', 'the server cannot be reached');
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  const { code, text } = sentenceOf(body, response.status);
  throw new RequestError(response.status, code, text, body, pauseOf(response));
}

export async function getJson<T>(
  path: string,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await read(path, { headers: { Accept: 'application/json', ...headers }, signal });
  return (await response.json()) as T;
}

/** Sent with what is fetched for a case that nobody has opened yet: the server checks it the same, and records what it was. */
export const AHEAD: Readonly<Record<string, string>> = { 'X-Sightline-Ahead': '1' };

export interface BytesRequest {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called with the number of bytes that have come, after unpacking. */
  readonly onProgress?: (received: number) => void;
}

export async function getBytes(
  path: string,
  { signal, headers, onProgress }: BytesRequest = {},
): Promise<{ bytes: ArrayBuffer; headers: Headers }> {
  const response = await read(path, { headers: { Accept: 'application/octet-stream', ...headers }, signal });
  const bytes = onProgress && response.body ? await piecewise(response.body, onProgress) : await response.arrayBuffer();
  return { bytes, headers: response.headers };
}

async function piecewise(body: ReadableStream<Uint8Array>, onProgress: (received: number) => void): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let received = 0;
  const reader = body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value);
      received += piece.value.byteLength;
      onProgress(received);
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new RequestError(0, 'offline', 'the connection broke');
  }
  const bytes = new Uint8Array(received);
  let place = 0;
  for (const piece of pieces) {
    bytes.set(piece, place);
    place += piece.byteLength;
  }
  return bytes.buffer;
}

export async function sendJson<T>(
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
  csrf: string,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<T> {
  const response = await answer(path, {
    method,
    signal,
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-CSRFToken': cookie('csrftoken') ?? csrf,
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

export const postJson = <T>(path: string, body: unknown, csrf: string): Promise<T> =>
  sendJson<T>('POST', path, body, csrf);

/** Signs in over the page, so that nothing on it is lost; resolves to whether the server took it. */
export async function signIn(path: string, username: string, password: string, csrf: string): Promise<boolean> {
  const response = await answer(path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-CSRFToken': cookie('csrftoken') ?? csrf,
    },
    body: new URLSearchParams({ username, password }).toString(),
  });
  // A refused sign-in answers with the form again, at the same address; a good one leads away from it.
  return response.redirected;
}
