/** Tells when the server says that something about images has changed: a result, or a colleague's answer. */

interface Change {
  readonly images?: readonly string[];
}

/** Named where scores of images begin to be withheld, or are shown again. */
export const EVERY_IMAGE = '00000000-0000-0000-0000-000000000000';
export const REOPEN_MS = 5_000;

/** Whether a message is about an image. */
export type Named = (image: string) => boolean;

/**
 * Follows `path` (server-sent events) and calls `onChange` for every message. A broken line is opened again by the browser; one
 * that was refused (busy, too many lines open) by us after REOPEN_MS, and what was missed meanwhile is asked for: then any
 * image may have changed. Without EventSource nothing happens: a pending run is polled anyway. Returns how to stop.
 */
export function followChanges(path: string, onChange: (isNamed: Named) => void): () => void {
  if (typeof EventSource === 'undefined') return () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = (): void => undefined;
  const open = (isAgain: boolean): void => {
    const source = new EventSource(path);
    if (isAgain) source.addEventListener('open', () => onChange(() => true), { once: true });
    source.addEventListener('change', (event: MessageEvent<string>) =>
      onChange((image) => namesImage(event.data, image)),
    );
    source.addEventListener('bye', () => source.close());
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(() => open(true), REOPEN_MS);
    });
    stop = () => source.close();
  };
  open(false);
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Whether a message's data names the image; anything else than the agreed shape does not. */
export function namesImage(data: string, image: string): boolean {
  try {
    const change = JSON.parse(data) as Change;
    const named = Array.isArray(change.images) ? (change.images as readonly string[]) : [];
    return named.includes(image) || named.includes(EVERY_IMAGE);
  } catch {
    return false;
  }
}
