/**
 * What a reading page and its second window say to each other (BroadcastChannel). A reading page goes by a name of its own, drawn
 * anew whenever it is loaded: of two of them, each has its own window, and none hears the other's.
 */
import type { CaseHanging } from '../api/schema';
import type { Boot } from '../boot';
import type { Step } from '../session/page_parts';

/** The case that the reading page shows: who it is, and nothing of a model. */
export type SharedCase = Pick<Boot, 'image' | 'position' | 'count'> & { readonly hanging: Pick<CaseHanging, 'view' | 'beside'> };

/** null: there is no case to be seen, and why. */
export type FromReading = { readonly from: 'reading'; readonly page: string; readonly shown: SharedCase | null; readonly why: string };
export type FromWindow = { readonly from: 'window'; readonly page: string; readonly wish: 'tell' | Step };

export interface Channel {
  say(message: FromReading | FromWindow): void;
  close(): void;
}

/** Joins what is said about the reading page of this name. */
export function joinChannel(page: string, hear: (message: FromReading | FromWindow) => void): Channel {
  const channel = new BroadcastChannel('sightline-second-window');
  channel.addEventListener('message', ({ data }: MessageEvent<FromReading | FromWindow>) => {
    if (data.page === page) hear(data);
  });
  return { say: (message) => channel.postMessage(message), close: () => channel.close() };
}

/** Only what the second window shows is told to it. */
export const sharedCase = ({ image, position, count, hanging: { view, beside } }: Boot): SharedCase => ({ image, position, count, hanging: { view, beside } });
