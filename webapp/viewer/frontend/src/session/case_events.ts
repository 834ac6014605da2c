/** Tells when the server says that something about one image has changed: a result, or a colleague's answer. */

interface Change {
  readonly images?: readonly string[];
}

/**
 * Follows `path` (server-sent events; the browser reconnects by itself) and calls `onChange` for messages that name `image`.
 * Without EventSource nothing happens: a pending run is polled anyway. Returns how to stop.
 */
export function followCase(path: string, image: string, onChange: () => void): () => void {
  if (typeof EventSource === 'undefined') return () => undefined;
  const source = new EventSource(path);
  source.addEventListener('change', (event: MessageEvent<string>) => {
    if (namesImage(event.data, image)) onChange();
  });
  source.addEventListener('bye', () => source.close());
  return () => source.close();
}

/** Whether a message's data names the image; anything else than the agreed shape does not. */
export function namesImage(data: string, image: string): boolean {
  try {
    const change = JSON.parse(data) as Change;
    return Array.isArray(change.images) && change.images.includes(image);
  } catch {
    return false;
  }
}
