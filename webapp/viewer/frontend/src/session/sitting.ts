/**
 * What a reader chose to see, kept in the browser for the sitting: for the next case, after a reload, in another tab. Nobody
 * else gets it: it is kept under the server's name of the sitting, which ends with the session.
 */
import type { MapKind } from '../api/documents';
import type { CaseHanging } from '../api/schema';
import type { ColourMap } from '../overlay/colour_map';
import { COLOUR_MAPS } from '../overlay/colour_map';
import { MAP_LAYERS } from '../overlay/map_layers';
import { AS_ACQUIRED } from '../viewport/presets';

/** A window preset by what makes it the same on another image: its key and its name. */
export interface KeptPreset {
  readonly key: number;
  readonly name: string;
}

export type CaseView = CaseHanging['view'];

/** What is chosen for the cases of one view. */
export interface ViewChoices {
  /** null: each image opens with its own. */
  readonly preset: KeptPreset | null;
  /** Earlier images beside the case, and zoom and pan of both together. */
  readonly isPriorShown: boolean;
  readonly isPriorLinked: boolean;
}

/** Each by itself, so that two tabs that change different ones keep both. */
type ChoicesByView = { readonly [name in keyof ViewChoices as `${name}:${CaseView}`]: ViewChoices[name] };

export interface SittingChoices extends ChoicesByView {
  readonly isAiVisible: boolean;
  readonly mapKind: MapKind | null;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly opacity: number;
  readonly colours: ColourMap;
  readonly boxRule: string;
  readonly isKeySheetOpen: boolean;
}

/** A change for the cases of one view, as it is kept. */
export const ofView = (view: CaseView, change: Partial<ViewChoices>): Partial<SittingChoices> =>
  Object.fromEntries(Object.entries(change).map(([name, value]) => [`${name}:${view}`, value]));

/** What was chosen in this sitting for the cases of one view. */
export const choicesFor = (choices: Partial<SittingChoices>, view: CaseView): Partial<ViewChoices> => ({
  preset: choices[`preset:${view}`],
  isPriorShown: choices[`isPriorShown:${view}`],
  isPriorLinked: choices[`isPriorLinked:${view}`],
});

/** What is kept of a chosen preset: nothing of "as acquired", which is each image's own. */
export const keptPreset = (preset: KeptPreset | null): KeptPreset | null =>
  preset && preset.key !== AS_ACQUIRED ? { key: preset.key, name: preset.name } : null;

type ChoiceStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const PREFIX = 'sightline-sitting:';

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isPreset = (value: unknown): boolean =>
  value === null || (isRecord(value) && typeof value.key === 'number' && typeof value.name === 'string');

/** What was read is taken field by field: another version of the page may have written it. */
const CHECKS: Record<keyof SittingChoices, (value: unknown) => boolean> = {
  isAiVisible: isBoolean,
  mapKind: (value) => value === null || MAP_LAYERS.some((layer) => layer.kind === value),
  thresholds: (value) => isRecord(value) && Object.values(value).every(isShare),
  opacity: isShare,
  colours: (value) => COLOUR_MAPS.some((name) => name === value),
  boxRule: (value) => typeof value === 'string',
  isKeySheetOpen: isBoolean,
  'preset:frontal': isPreset,
  'preset:lateral': isPreset,
  'preset:other': isPreset,
  'isPriorShown:frontal': isBoolean,
  'isPriorShown:lateral': isBoolean,
  'isPriorShown:other': isBoolean,
  'isPriorLinked:frontal': isBoolean,
  'isPriorLinked:lateral': isBoolean,
  'isPriorLinked:other': isBoolean,
};

const CHOICES = Object.keys(CHECKS) as (keyof SittingChoices)[];

function parsed(text: string | null): Partial<SittingChoices> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (!isRecord(value)) return {};
    const kept = CHOICES.filter((name) => name in value && CHECKS[name](value[name]));
    return Object.fromEntries(kept.map((name) => [name, value[name]]));
  } catch {
    return {};
  }
}

/** localStorage; null where the browser refuses it. */
export function browserChoices(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export class Sitting {
  private readonly key: string;
  private inPage: Partial<SittingChoices> = {};
  private readonly told = new Set<string>();

  constructor(
    sitting: string,
    private readonly storage: ChoiceStorage | null,
  ) {
    this.key = PREFIX + sitting;
    this.forgetOthers();
    this.inPage = this.stored();
  }

  choices(): Partial<SittingChoices> {
    return this.inPage;
  }

  /** Keeps what changed beside what other tabs have kept; false when the browser did not take it: then it holds in this page. */
  keep(change: Partial<SittingChoices>): boolean {
    this.inPage = { ...this.inPage, ...change };
    try {
      this.storage?.setItem(this.key, JSON.stringify({ ...this.stored(), ...change }));
      return this.storage !== null;
    } catch {
      return false;
    }
  }

  /** Those of the sentences that this page has not said yet. */
  untold(sentences: readonly string[]): readonly string[] {
    const found = sentences.filter((sentence) => !this.told.has(sentence));
    for (const sentence of found) this.told.add(sentence);
    return found;
  }

  /** What another tab has just kept, by its storage event; null when the event is not about this sitting. */
  fromOtherTab(event: Pick<StorageEvent, 'key' | 'newValue'>): Partial<SittingChoices> | null {
    return event.key === this.key ? parsed(event.newValue) : null;
  }

  private stored(): Partial<SittingChoices> {
    try {
      return parsed(this.storage?.getItem(this.key) ?? null);
    } catch {
      return {};
    }
  }

  /** Sittings that are over: a browser has one session at a time. */
  private forgetOthers(): void {
    try {
      const { storage } = this;
      const keys = Array.from({ length: storage?.length ?? 0 }, (_, i) => storage?.key(i) ?? '');
      for (const key of keys) if (key.startsWith(PREFIX) && key !== this.key) storage?.removeItem(key);
    } catch {
      // what cannot be read cannot be shown to anybody either
    }
  }
}
