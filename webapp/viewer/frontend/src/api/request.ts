/** Requests to our own server: JSON in, JSON out, a sentence when it fails. */

/** An answer that is not 2xx. `text` is written for the reader; status 0 means no answer came at all. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: string,
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
  throw new RequestError(response.status, code, text);
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await answer(path, { headers: { Accept: 'application/json' }, signal });
  return (await response.json()) as T;
}

export async function getBytes(path: string, signal?: AbortSignal): Promise<{ bytes: ArrayBuffer; headers: Headers }> {
  const response = await answer(path, { headers: { Accept: 'application/octet-stream' }, signal });
  return { bytes: await response.arrayBuffer(), headers: response.headers };
}

export async function postJson<T>(path: string, body: unknown, csrf: string): Promise<T> {
  const response = await answer(path, {
    method: 'POST',
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-CSRFToken': cookie('csrftoken') ?? csrf,
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}
