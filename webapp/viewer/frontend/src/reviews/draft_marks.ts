/** The half-filled marks of one reader on one image: kept with every change, found again after a reload, a crash, a sign-out. */
import type { Verdict } from '../api/documents';
import { createStore } from '../state/store';
import type { DraftMark, DraftStorage } from './draft_storage';
import { draftId } from './draft_storage';
import type { FailureForm } from './failure_form';

export interface DraftState {
  /** Why the browser does not keep the newest change; null while it does. */
  readonly problem: string | null;
}

export const UNKEPT = 'this browser keeps no drafts (storage full or refused): save before you close or reload the page';

export class DraftMarks {
  readonly state = createStore<DraftState>({ problem: null });
  private readonly drafts = new Map<string, DraftMark>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly storage: DraftStorage,
    private readonly owner: Pick<DraftMark, 'reader' | 'image'>,
  ) {}

  /** Finds what was kept before; what was changed meanwhile stays. */
  async open(): Promise<void> {
    const { reader, image } = this.owner;
    try {
      for (const draft of await this.storage.all()) {
        const isOwn = draft.reader === reader && draft.image === image;
        if (isOwn && !this.drafts.has(draft.id)) this.drafts.set(draft.id, draft);
      }
    } catch {
      this.state.set({ problem: UNKEPT });
    }
  }

  /** replaces: the mark that the draft changes; null for a draft of a new one. */
  find(bundle: string, finding: string, verdict: Verdict, replaces: string | null = null): DraftMark | null {
    const fits = ({ form }: DraftMark): boolean =>
      form.finding === finding && form.verdict === verdict && (form.replaces ?? null) === replaces;
    return this.of(bundle).find(fits) ?? null;
  }

  newest(bundle: string): DraftMark | null {
    return this.of(bundle).at(-1) ?? null;
  }

  keep(form: FailureForm, bundle: string): Promise<void> {
    const draft = { ...this.owner, bundle, keptAt: Date.now(), form, id: '' };
    const kept = { ...draft, id: draftId(draft) };
    this.drafts.set(kept.id, kept);
    return this.inTurn(() => this.storage.put(kept));
  }

  /**
   * Drops the drafts on a finding: it was answered; or, with a verdict, that one: the reader threw it away. What has no finding is
   * as many things as there are marks: only the draft that changes `replaces`, or that of a new mark.
   */
  discard(bundle: string, finding: string, verdict: Verdict | null = null, replaces: string | null = null): Promise<void> {
    const isIt = ({ form }: DraftMark): boolean =>
      form.finding === finding && (form.replaces ?? null) === replaces && (verdict === null || form.verdict === verdict);
    const gone = this.of(bundle).filter(isIt);
    for (const { id } of gone) this.drafts.delete(id);
    return this.inTurn(async () => {
      for (const { id } of gone) await this.storage.remove(id);
    });
  }

  private of(bundle: string): DraftMark[] {
    return [...this.drafts.values()].filter((draft) => draft.bundle === bundle).sort((a, b) => a.keptAt - b.keptAt);
  }

  /** One after the other, so that an older state never lands on a newer one. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.last = this.last.then(work).then(
      () => this.state.set({ problem: null }),
      () => this.state.set({ problem: UNKEPT }),
    );
    return this.last;
  }
}
