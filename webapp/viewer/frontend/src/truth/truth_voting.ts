/** One vote of a panel member on one finding of one case: status, boxes, note. Nothing of readers or models is here. */
import { RequestError, getJson, sendJson } from '../api/request';
import type { TruthDocument, VoteBoot } from '../api/schema';
import type { PixelBox } from '../geometry/pixel_box';
import { centreBox, movedBox, resizedBox } from '../geometry/pixel_box';
import { Sheet } from '../shell/sheet';
import { createStore } from '../state/store';
import { ViewportController } from '../viewport/controller';

export type { TruthDocument, VoteBoot };

export interface VotingState {
  readonly document: TruthDocument | null;
  readonly status: string | null;
  readonly regions: readonly PixelBox[];
  readonly chosen: number | null;
  readonly note: string;
  readonly attendees: string;
  readonly isSending: boolean;
  readonly announcement: string;
}

export const STATUSES = [
  { value: '1', title: 'present' },
  { value: '0', title: 'absent' },
  { value: 'indeterminate', title: 'indeterminate' },
];

export class TruthVoting {
  readonly controller: ViewportController;
  readonly sheet = new Sheet();
  readonly state = createStore<VotingState>({
    document: null,
    status: null,
    regions: [],
    chosen: null,
    note: '',
    attendees: '',
    isSending: false,
    announcement: '',
  });

  constructor(readonly boot: VoteBoot) {
    this.controller = new ViewportController({
      imageId: `vote-${boot.case}-${boot.finding}`,
      headerPath: `${boot.urls.api}header/`,
      framePath: `${boot.urls.api}frame/`,
      announce: (text) => this.announce(text),
      onDraftBox: (box) => this.drawn(box),
    });
  }

  async open(): Promise<void> {
    try {
      const document = await getJson<TruthDocument>(this.boot.urls.api);
      this.state.set({
        document,
        status: document.my_vote?.status ?? null,
        regions: document.my_vote?.regions ?? [],
        note: document.my_vote?.note ?? '',
      });
    } catch (error) {
      this.announce(error instanceof RequestError ? error.text : 'the case could not be loaded');
    }
  }

  announce(announcement: string): void {
    this.state.set({ announcement });
  }

  /** A member votes once; the chair decides when the votes differ. */
  get isAdjudication(): boolean {
    const { document } = this.state.get();
    return this.boot.is_chair && (document?.votes?.length ?? 0) > 0;
  }

  get isReadOnly(): boolean {
    const { document, isSending } = this.state.get();
    return isSending || !document || (document.my_vote !== null && !this.isAdjudication);
  }

  choose(status: string): void {
    if (this.isReadOnly) return;
    this.state.set({ status, ...(status === '1' ? {} : { regions: [], chosen: null }) });
    if (status !== '1') this.controller.placeDraftBox(null);
  }

  drawBox(): void {
    if (this.isReadOnly) return;
    if (this.state.get().status !== '1') return this.announce('regions belong to “present” only');
    if (this.controller.view.get().tool !== 'box') {
      this.state.set({ chosen: null });
      this.controller.placeDraftBox(null);
      this.controller.chooseTool('box');
      return this.announce('draw a box; B again places one in the centre');
    }
    void this.controller.header.then((header) => {
      const box = centreBox(header);
      this.drawn(box);
      this.controller.placeDraftBox(box);
    });
  }

  select(index: number | null): void {
    const { regions } = this.state.get();
    const box = index === null ? null : (regions[index] ?? null);
    this.state.set({ chosen: box ? index : null });
    this.controller.placeDraftBox(this.isReadOnly ? null : box);
  }

  remove(index: number | null): void {
    const { regions } = this.state.get();
    if (index === null || this.isReadOnly) return;
    this.state.set({ regions: regions.filter((_, i) => i !== index), chosen: null });
    this.controller.placeDraftBox(null);
  }

  nudge(dx: number, dy: number, isResize: boolean, step: number): void {
    const { chosen, regions } = this.state.get();
    const box = chosen === null ? null : regions[chosen];
    if (!box || this.isReadOnly) return this.controller.panBy(-dx * step * 10, -dy * step * 10);
    void this.controller.header.then((header) => {
      const moved = (isResize ? resizedBox : movedBox)(box, dx * step, dy * step, header);
      this.drawn(moved);
      this.controller.placeDraftBox(moved);
    });
  }

  async submit(): Promise<void> {
    const { status, regions, note, attendees } = this.state.get();
    if (this.isReadOnly) return;
    if (status === null) return this.announce('still needed: present, absent or indeterminate');
    const attending = attendees
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    if (this.isAdjudication && !attending.length) return this.announce('still needed: who was present');
    const path = `${this.boot.urls.api}${this.isAdjudication ? 'adjudicate' : 'vote'}/`;
    const body = { status, regions, note, ...(this.isAdjudication ? { attendees: attending } : {}) };
    this.state.set({ isSending: true });
    try {
      await sendJson('POST', path, body, this.boot.csrf);
      window.location.assign(this.boot.urls.next);
    } catch (error) {
      this.state.set({ isSending: false });
      this.announce(error instanceof RequestError ? error.text : 'the vote could not be sent');
    }
  }

  private drawn(box: PixelBox | null): void {
    if (!box || this.isReadOnly) return;
    const { regions, chosen } = this.state.get();
    if (chosen !== null) {
      this.state.set({ regions: regions.map((own, i) => (i === chosen ? box : own)) });
      return;
    }
    this.state.set({ regions: [...regions, box], chosen: regions.length });
    this.controller.chooseTool('window');
  }
}
