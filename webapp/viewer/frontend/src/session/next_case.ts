/** Asks the server for the header of the next case while this one is read, so that it is decoded when J is pressed. */
import type { HeaderDocument } from '../api/documents';
import { getJson } from '../api/request';
import { createStore } from '../state/store';

export interface NextCaseState {
  readonly status: 'none' | 'preparing' | 'ready' | 'unavailable';
}

export class NextCase {
  readonly state = createStore<NextCaseState>({ status: 'none' });

  constructor(private readonly image: string | null) {}

  async prepare(): Promise<void> {
    if (!this.image || this.state.get().status !== 'none') return;
    this.state.set({ status: 'preparing' });
    try {
      await getJson<HeaderDocument>(`/api/images/${this.image}/header/`);
      this.state.set({ status: 'ready' });
    } catch {
      this.state.set({ status: 'unavailable' }); // the next page says why; nothing depends on this request
    }
  }
}
