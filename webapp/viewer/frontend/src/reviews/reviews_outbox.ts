/** The outbox of a page's answers: one for all its cases, so that an answer to one is still sent while the next is read. */
import type { ReviewDocument } from '../api/documents';
import { postJson } from '../api/request';
import { Outbox } from './outbox';
import type { OutboxStorage } from './outbox_storage';

/** The API refuses a failure on an agreement, even an empty one: what is not given is left out. */
export function withoutNulls(body: object): Record<string, unknown> {
  const given = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [name, name === 'failure' ? withoutNulls(value as object) : (value as unknown)]),
  );
}

export function reviewsOutbox(storage: OutboxStorage, reader: string, csrf: string): Outbox {
  return new Outbox(storage, {
    reader,
    // The reader goes along: an answer must not change hands when somebody else signs in before it is sent.
    send: (item) => postJson<ReviewDocument>(item.path, { ...withoutNulls(item.body), reader: item.reader }, csrf),
  });
}
