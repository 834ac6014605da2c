/** The calls of a reader in a study. Every call names the tab, so that two tabs of one reader never write side by side. */
import { RequestError, getJson, sendJson } from '../api/request';
import type { AiDocument, AnswerBody, Feedback, NextStep, Receipt, StudyBoot } from './documents';
import type { DraftItem } from './draft_storage';
import { DraftConflict } from './draft_sync';
import type { ServerDraft } from './draft_sync';
import type { InteractionEvent } from './event_log';

const TAB_KEY = 'sightline-study-tab';

/** Random id of this tab; a reload keeps it, a second tab has its own. */
export function tabId(storage: Storage = sessionStorage): string {
  const known = storage.getItem(TAB_KEY);
  if (known) return known;
  const made = crypto.randomUUID();
  storage.setItem(TAB_KEY, made);
  return made;
}

export class StudyApi {
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly boot: StudyBoot,
    readonly tab: string,
  ) {
    this.headers = { 'X-Tab': tab };
  }

  /** POST: the server records the opening of the case. */
  next(takesOver: boolean): Promise<NextStep> {
    return this.post<NextStep>('next/', { take_over: takesOver });
  }

  openSession(session: string): Promise<unknown> {
    return this.post(`sessions/${session}/open/`, {});
  }

  async saveDraft(id: string, stage: string, base: number, item: DraftItem): Promise<ServerDraft> {
    const body = { stage, base_revision: base, body: item.body, idempotency_key: item.key, tab: this.tab };
    try {
      return await sendJson<ServerDraft>('PUT', `${this.path(id)}draft/`, body, this.boot.csrf, this.headers);
    } catch (error) {
      throw error instanceof RequestError && error.code === 'draft_conflict' ? conflictOf(error) : error;
    }
  }

  lock(id: string, stage: string, body: AnswerBody, key: string): Promise<Receipt> {
    return this.post<Receipt>(`assignments/${id}/lock/`, { stage, body, idempotency_key: key, tab: this.tab });
  }

  ai(id: string): Promise<AiDocument> {
    return getJson<AiDocument>(`${this.path(id)}ai/`, undefined, this.headers);
  }

  feedback(id: string): Promise<Feedback> {
    return getJson<Feedback>(`${this.path(id)}feedback/`, undefined, this.headers);
  }

  events(id: string, events: readonly InteractionEvent[]): Promise<unknown> {
    return this.post(`assignments/${id}/events/`, { events });
  }

  pause(id: string, isPaused: boolean): Promise<unknown> {
    return this.post(`assignments/${id}/${isPaused ? 'pause' : 'resume'}/`, {});
  }

  private path(id: string): string {
    return `${this.boot.urls.api}assignments/${id}/`;
  }

  private post<T>(path: string, body: unknown): Promise<T> {
    return sendJson<T>('POST', this.boot.urls.api + path, body, this.boot.csrf, this.headers);
  }
}

function conflictOf(error: RequestError): RequestError {
  const server = (error.body as { server?: ServerDraft } | null)?.server;
  return server ? new DraftConflict(server) : error;
}
