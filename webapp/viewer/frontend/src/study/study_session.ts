/** A reader working through a study: what comes next, one case at a time, forward only. */
import type { Scheme } from '../api/scheme';
import { loadScheme } from '../api/scheme';
import { RequestError, signIn } from '../api/request';
import { Sheet } from '../shell/sheet';
import { createStore } from '../state/store';
import { CaseReading } from './case_reading';
import type { Assignment, NextStep, Receipt, StudyBoot } from './documents';
import { isOpen } from './documents';
import type { DraftStorage } from './draft_storage';
import type { StudyApi } from './study_api';

export interface StudyState {
  /** What the server said comes next; null while it is being asked. */
  readonly step: NextStep | null;
  readonly reading: CaseReading | null;
  readonly lastReceipt: (Receipt & { readonly case: string }) | null;
  readonly problem: string | null;
  readonly isSignedOut: boolean;
  /** Another tab of this reader holds the session. */
  readonly isInOtherTab: boolean;
  readonly announcement: string;
  readonly isKeySheetOpen: boolean;
  readonly scheme: Scheme | null;
}

export class StudySession {
  readonly state = createStore<StudyState>({
    step: null,
    reading: null,
    lastReceipt: null,
    problem: null,
    isSignedOut: false,
    isInOtherTab: false,
    announcement: '',
    isKeySheetOpen: false,
    scheme: null,
  });

  readonly sheet = new Sheet();

  constructor(
    readonly boot: StudyBoot,
    readonly api: StudyApi,
    readonly storage: DraftStorage,
  ) {}

  get reading(): CaseReading | null {
    return this.state.get().reading;
  }

  announce(text: string): void {
    this.state.set({ announcement: text });
  }

  /** Asks the server what to read; there is no way back to an earlier case. takesOver: from another tab of this reader. */
  async advance(takesOver = false): Promise<void> {
    this.leave();
    this.sheet.reset();
    this.state.set({ step: null, problem: null, isSignedOut: false, isInOtherTab: false });
    try {
      const step = await this.api.next(takesOver);
      this.state.set({ step });
      if (isOpen(step.assignment)) await this.read(step.assignment);
    } catch (error) {
      this.state.set(stopOf(error));
    }
  }

  async startSession(id: string): Promise<void> {
    try {
      await this.api.openSession(id);
      await this.advance();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const opensOn = (error.body as { opens_on?: string } | null)?.opens_on;
      if (error.code === 'washout' && opensOn) this.state.set({ step: washoutUntil(opensOn) });
      else this.state.set(stopOf(error));
    }
  }

  async takeOver(): Promise<void> {
    await this.advance(true);
    this.announce('this tab has taken over');
  }

  /** Signing in over the page; what waits is sent afterwards. */
  async signIn(password: string): Promise<boolean> {
    const isIn = await signIn(this.boot.urls.sign_in, this.boot.user.username, password, this.boot.csrf);
    if (!isIn) return false;
    await (this.reading ? this.reading.sync.retry() : this.advance());
    return true;
  }

  private async read(assignment: Assignment): Promise<void> {
    const reading = new CaseReading({
      assignment,
      api: this.api,
      storage: this.storage,
      undoMs: this.boot.undo_ms,
      announce: (text) => this.announce(text),
      onLocked: (receipt) => void this.locked(assignment, receipt),
    });
    this.state.set({ reading });
    if (assignment.stage === 'coding' && !this.state.get().scheme) {
      this.state.set({ scheme: await loadScheme(this.boot.urls.scheme) });
    }
    await reading.open();
  }

  private async locked(assignment: Assignment, receipt: Receipt): Promise<void> {
    this.state.set({ lastReceipt: { ...receipt, case: assignment.case } });
    // The next stage of this case, or the next case: the server knows.
    await this.advance();
  }

  private leave(): void {
    this.reading?.close();
    this.state.set({ reading: null });
  }
}

const washoutUntil = (opensOn: string): NextStep => ({
  state: 'washout',
  assignment: null,
  session: null,
  opens_on: opensOn,
  opens_at: null,
});

/** What the page between cases says when the server did not answer with a next step. */
function stopOf(error: unknown): Pick<StudyState, 'problem' | 'isSignedOut' | 'isInOtherTab'> {
  if (!(error instanceof RequestError)) return { problem: String(error), isSignedOut: false, isInOtherTab: false };
  const isSignedOut = error.status === 401;
  return { problem: isSignedOut ? null : error.text, isSignedOut, isInOtherTab: error.code === 'other_tab' };
}
