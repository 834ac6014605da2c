/** What went wrong while a picture was fetched or drawn, in the server's words where it has some. */
export function faultText(error: unknown): string {
  if (error instanceof Error) return 'text' in error && typeof error.text === 'string' ? error.text : error.message;
  const inner = error as { error?: unknown } | null;
  return inner?.error instanceof Error ? faultText(inner.error) : String(error);
}
