/**
 * Earlier images beside the case, and the other view of its study. Belongs to the page and follows its cases: when one is left,
 * nothing of its patient stays to be seen. Opening is recorded before a pixel is asked for, and only after the case's own picture.
 */
import { RequestError, getJson, sendJson } from '../api/request';
import type { ComparedImage, PriorImages, ThoraxDocument } from '../api/schema';
import type { Boot } from '../boot';
import { ownKey } from '../keys/own_keys';
import { lookOf } from '../session/case_look';
import type { CaseLook } from '../session/case_look';
import type { Sitting, ViewChoices } from '../session/sitting';
import { ofView } from '../session/sitting';
import { createStore } from '../state/store';
import { ViewportController } from '../viewport/controller';
import { Screen } from '../viewport/screen';
import type { SharedEngine } from '../viewport/shared_engine';
import { isOfStudy, latestOf, missingForLink, opensBeside } from './prior_words';
import { haveFrames } from './thorax_link';
import type { Plate } from './thorax_link';
import { ViewLink } from './view_link';

export interface PriorState {
  /** The reader wants earlier images beside the case. */
  readonly isOn: boolean;
  readonly isLinked: boolean;
  /** Which one is laid there by itself. */
  readonly opens: CaseLook['opens'];
  readonly list: PriorImages | null;
  /** Why the list could not be had, or is not given. */
  readonly problem: string | null;
  readonly chosen: ComparedImage | null;
  readonly controller: ViewportController | null;
  /** How the two views are linked, or why not; empty before that is known. */
  readonly link: string;
  /** What linking still waits for, once that takes long; empty else. */
  readonly waitsFor: string;
  /** The case before had an image beside: its place is kept until it is known whether this one has. */
  readonly isExpected: boolean;
  /** D is held: the other image stands in the place of the case. */
  readonly isHeld: boolean;
  /** Too narrow for two pictures: the other takes the place of the case when it is switched on. */
  readonly isNarrow: boolean;
  /** On a narrow page: the other image is the one that is seen. */
  readonly isSwitched: boolean;
}

/** What is needed of the case that is shown. */
export interface PriorCase {
  readonly boot: Boot;
  readonly controller: ViewportController;
  announce(text: string): void;
}

export type Layout = 'none' | 'beside' | 'over' | 'behind';

/** Another image is where the case is: nobody answers on what is not seen. */
export const isCaseCovered = (state: PriorState): boolean =>
  layoutOf(state) === 'over' || (layoutOf(state) === 'beside' && state.isHeld && state.controller !== null);

/** beside: two pictures; over: the other in the place of the case; behind: loaded, and not seen. */
export function layoutOf(state: PriorState): Layout {
  const { chosen, list, problem, isOn, opens, isNarrow, isHeld, isSwitched, isExpected } = state;
  const isKnown = chosen !== null || (problem === null && (list ? opensBeside(list, opens) !== null : isExpected));
  if (isOn && !isNarrow && isKnown) return 'beside';
  if (!chosen) return 'none';
  return isHeld || isSwitched ? 'over' : 'behind';
}

/** The banner beside is about earlier images, so that the case itself need not say which are known. */
export function isPriorBeside(state: PriorState): boolean {
  const { chosen, opens } = state;
  return layoutOf(state) === 'beside' && (chosen ? !isOfStudy(chosen) : opens === 'prior');
}

const INITIAL: PriorState = {
  isOn: true,
  isLinked: true,
  opens: 'prior',
  list: null,
  problem: null,
  chosen: null,
  controller: null,
  link: '',
  waitsFor: '',
  isExpected: false,
  isHeld: false,
  isNarrow: false,
  isSwitched: false,
};
/** What a new case begins with. */
const OF_A_CASE = { list: null, problem: null, chosen: null, controller: null, link: '', waitsFor: '', isHeld: false, isSwitched: false } as const;
/** After that a reader wonders what "linking" waits for. */
const PATIENCE_MS = 3000;
const NARROW = '(max-width: 900px)';

export class Priors {
  readonly state = createStore<PriorState>(INITIAL);
  readonly screen: Screen;
  private shown: PriorCase | null = null;
  private link: ViewLink | null = null;
  private stops: (() => void)[] = [];
  private patience: ReturnType<typeof setInterval> | undefined;

  constructor(
    engine: SharedEngine,
    private readonly sitting: Sitting,
  ) {
    this.screen = new Screen(engine);
    if (typeof window.matchMedia !== 'function') return;
    const query = window.matchMedia(NARROW);
    this.state.set({ isNarrow: query.matches });
    query.addEventListener('change', () => this.state.set({ isNarrow: query.matches, isSwitched: false }));
  }

  /** A case is shown. Its list is asked for at once; what opens beside it by itself comes after its own picture is whole. */
  follow(shown: PriorCase): void {
    this.leave();
    this.shown = shown;
    const { isPriorShown, isPriorLinked, opens } = lookOf(this.sitting.choices(), shown.boot.hanging);
    this.state.set({ isOn: isPriorShown, isLinked: isPriorLinked, opens });
    const list = this.askFor(shown);
    this.whenReady(shown.controller, () => void list.then(() => this.showBeside(shown)));
  }

  /** The case is left. */
  leave(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.shown = null;
    const isExpected = layoutOf(this.state.get()) === 'beside';
    this.putAway();
    this.state.set({ ...OF_A_CASE, isExpected });
  }

  /** D tapped: beside the case, or not; on a narrow page in its place, or not. */
  async toggle(): Promise<void> {
    const { isOn, opens, isNarrow, isSwitched, list, chosen } = this.state.get();
    const { shown } = this;
    if (!shown) return;
    if (isNarrow) {
      if (isSwitched) return this.switchTo(false);
      if (await this.isThere()) this.switchTo(true);
      return;
    }
    // The other view is wanted and there is none: nothing lies there that could be switched off.
    if (isOn && opens === 'other_view' && !chosen && !opensBeside(list, opens) && latestOf(list)) return this.tellBeside(shown);
    this.state.set({ isOn: !isOn });
    this.keep({ isPriorShown: !isOn });
    if (isOn) return shown.announce('earlier images are not shown, in the next cases of this view neither');
    if (list) await this.tellBeside(shown);
  }

  /** D held: the other image in the place of the case, until it is released. */
  async flicker(isHeld: boolean): Promise<void> {
    this.state.set({ isHeld });
    if (isHeld && !(await this.isThere())) this.state.set({ isHeld: false });
  }

  /** Shows another one of the list. */
  async choose(image: ComparedImage): Promise<void> {
    const { shown } = this;
    if (!shown) return;
    await this.lay(shown, image);
    const { isNarrow, isOn, opens } = this.state.get();
    if (isNarrow) this.switchTo(true);
    else if (!isOn) {
      this.state.set({ isOn: true });
      // For later cases it would lay there what opens by itself: kept where that is of the kind that was asked for.
      if (isOfStudy(image) === (opens === 'other_view')) this.keep({ isPriorShown: true });
    }
  }

  /** Why nobody may answer on the case now; null when one may. */
  whyNoAnswer(): string | null {
    return isCaseCovered(this.state.get()) ? `another image is in the place of the case: ${ownKey('prior', 'D') || 'its button'} shows the case` : null;
  }

  toggleLink(): void {
    const isLinked = !this.state.get().isLinked;
    this.state.set({ isLinked });
    this.keep({ isPriorLinked: isLinked });
    if (isLinked) {
      this.tellLongWait();
      void this.join();
    } else this.unlink();
    this.shown?.announce(isLinked ? 'zoom and pan are linked' : 'zoom and pan are not linked');
  }

  /** The reader has a hand on one of the two. */
  lead(isPrior: boolean): void {
    this.link?.lead(isPrior);
  }

  private switchTo(isSwitched: boolean): void {
    this.state.set({ isSwitched });
    const { chosen } = this.state.get();
    this.shown?.announce(isSwitched ? `shown in the place of the case: ${chosen?.interval ?? ''}` : 'the case is shown');
  }

  /** Whether there is an image to compare with, which is shown from now on; else says that there is none. */
  private async isThere(): Promise<boolean> {
    const { shown } = this;
    if (!shown) return false;
    if (!this.state.get().controller) await this.showBeside(shown, true);
    const { controller, problem, list } = this.state.get();
    if (controller) return true;
    shown.announce(problem ?? list?.problem?.text ?? 'no prior known');
    return false;
  }

  private async tellBeside(shown: PriorCase): Promise<void> {
    if (await this.isThere()) shown.announce(`${this.state.get().chosen?.interval ?? ''}, beside`);
  }

  private async askFor(shown: PriorCase): Promise<void> {
    try {
      const list = await getJson<PriorImages>(`/api/images/${shown.boot.image.id}/priors/`);
      if (this.shown === shown) this.state.set({ list });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const problem = error.status === 403 ? error.text : `earlier images could not be looked for: ${error.text}`;
      if (this.shown === shown) this.state.set({ problem });
    }
  }

  /** isAsked: by the reader; else only where it is wanted beside, and not on a narrow page, where it would be seen by nobody. */
  private async showBeside(shown: PriorCase, isAsked = false): Promise<void> {
    const { isOn, opens, isNarrow, list } = this.state.get();
    const image = opensBeside(list, opens) ?? (isAsked ? (latestOf(list) ?? list?.priors[0] ?? list?.companions[0] ?? null) : null);
    if (!image || this.shown !== shown || (!isAsked && (!isOn || isNarrow))) return;
    await this.lay(shown, image);
  }

  private async lay(shown: PriorCase, image: ComparedImage): Promise<void> {
    const { id } = shown.boot.image;
    try {
      await sendJson('POST', `/api/images/${id}/priors/${image.id}/opening/`, {}, shown.boot.csrf);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const problem = `the image beside is not shown: ${error.text}`;
      if (this.shown === shown) this.state.set({ problem });
      if (this.shown === shown) shown.announce(problem);
      return;
    }
    if (this.shown !== shown) return;
    this.putAway();
    const api = `/api/images/${image.id}/`;
    const controller = new ViewportController({
      imageId: `beside-${image.id}`, // a case that is held has a film of its own under its id
      headerPath: `${api}header/`,
      framePath: `${api}frame/`,
      announce: (text) => shown.announce(`other image: ${text}`),
      screen: this.screen,
    });
    this.state.set({ chosen: image, controller, problem: null });
    this.tellLongWait();
    this.whenReady(controller, () => void this.join());
  }

  /** Links the two views, once both pictures are there. */
  private async join(): Promise<void> {
    const { shown } = this;
    const { controller, chosen, isLinked } = this.state.get();
    if (!shown || !controller || !chosen) return;
    if (isOfStudy(chosen)) return;
    const isThere = controller.view.get().status === 'ready' && shown.controller.view.get().status === 'ready';
    if (!isLinked || !isThere) return;
    const [present, prior] = await Promise.all([this.plate(shown.controller, shown.boot.image.id), this.plate(controller, chosen.id)]);
    if (this.shown !== shown || this.state.get().controller !== controller || !this.state.get().isLinked) return;
    this.unlink();
    this.link = new ViewLink({ view: shown.controller, plate: present }, { view: controller, plate: prior });
    this.state.set({ link: haveFrames(present, prior) ? 'linked by the chest' : 'linked by the edges, no chest found' });
  }

  /** Says what is still missing for the link, from a while on until it is there or not wanted. */
  private tellLongWait(): void {
    clearInterval(this.patience);
    this.patience = setInterval(() => {
      const { controller, isLinked, link } = this.state.get();
      const { shown } = this;
      if (!shown || !controller || !isLinked || link) return this.endWait();
      this.state.set({ waitsFor: missingForLink(shown.controller.view.get().status, controller.view.get().status) });
    }, PATIENCE_MS);
  }

  private endWait(): void {
    clearInterval(this.patience);
    this.state.set({ waitsFor: '' });
  }

  /** Once, when the picture is whole; never when the case is left before. */
  private whenReady({ view }: ViewportController, act: () => void): void {
    const stop = view.subscribe(() => {
      if (view.get().status !== 'ready') return;
      stop();
      act();
    });
    this.stops.push(stop);
  }

  private async plate(controller: ViewportController, image: string): Promise<Plate> {
    const header = await controller.header;
    const found = await getJson<ThoraxDocument>(`/api/images/${image}/thorax/`).catch(() => null);
    return { header, lines: found?.lines ?? null };
  }

  private unlink(): void {
    this.link?.close();
    this.link = null;
    this.endWait();
    this.state.set({ link: '' });
  }

  private putAway(): void {
    this.unlink();
    this.state.get().controller?.destroy();
    this.state.set({ chosen: null, controller: null });
  }

  private keep(change: Partial<ViewChoices>): void {
    if (this.shown) this.sitting.keep(ofView(this.shown.boot.hanging.view, change));
  }
}
