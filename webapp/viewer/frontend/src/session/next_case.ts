/**
 * Asks the server for the header of the next case while this one is read, so that it is decoded there when J is pressed. Nothing is
 * said of it: the next case is another page, and whether it will open at once has not been checked.
 */
import type { HeaderDocument } from '../api/documents';
import { getJson } from '../api/request';

/** image: null at the end of the list. Never rejects: the next page says what is wrong with it. */
export async function prepareNextCase(image: string | null): Promise<void> {
  if (!image) return;
  await getJson<HeaderDocument>(`/api/images/${image}/header/`).catch(() => undefined);
}
