/** The calls of a reader in a study. Every call names the tab, so that two tabs of one reader never write side by side. */
import { RequestError, getJson, sendJson } from '../api/request';
import type { AnswerSent, DraftSent, EventsRequest, NextRequest, SentEvent } from '../api/schema';
import type { AiDocument, AnswerBody, Feedback, NextStep, Receipt, StudyBoot } from './documents';
import type { DraftItem } from './draft_storage';
import { DraftConflict } from './draft_sync';
import type { ServerDraft } from './draft_sync';

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
    const body: NextRequest = { take_over: takesOver };
    return this.post<NextStep>('next/', body);
  }

  openSession(session: string): Promise<unknown> {
    return this.post(`sessions/${session}/open/`, {});
  }

  async saveDraft(id: string, stage: string, base: number, item: DraftItem): Promise<ServerDraft> {
    const body: DraftSent = { stage, base_revision: base, body: item.body, idempotency_key: item.key, tab: this.tab };
    try {
      return await sendJson<ServerDraft>('PUT', `${this.path(id)}draft/`, body, this.boot.csrf, this.headers);
    } catch (error) {
      throw error instanceof RequestError && error.code === 'draft_conflict' ? conflictOf(error) : error;
    }
  }

  lock(id: string, stage: string, body: AnswerBody, key: string): Promise<Receipt> {
    const sent: AnswerSent = { stage, body, idempotency_key: key, tab: this.tab };
    return this.post<Receipt>(`assignments/${id}/lock/`, sent);
  }

  ai(id: string): Promise<AiDocument> {
    return getJson<AiDocument>(`${this.path(id)}ai/`, undefined, this.headers);
  }

  feedback(id: string): Promise<Feedback> {
    return getJson<Feedback>(`${this.path(id)}feedback/`, undefined, this.headers);
  }

  events(id: string, events: readonly SentEvent[]): Promise<unknown> {
    const body: EventsRequest = { events };
    return this.post(`assignments/${id}/events/`, body);
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
