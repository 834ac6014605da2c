/** The failure scheme as the form uses it; codes and titles come from the server. */
import type { Verdict } from './documents';
import { getJson } from './request';
import type { SchemeDocument } from './schema';

export interface Choice {
  readonly code: string;
  readonly title: string;
}

/** keys, and scheme and value of a public code: by either a finding of a model means the same. */
export interface Term extends Choice {
  readonly keys: readonly string[];
  readonly scheme: string | null;
  readonly value: string | null;
  readonly needsNote: boolean;
}

export interface Scheme {
  readonly version: string;
  readonly sites: readonly Choice[];
  readonly lateralities: readonly Choice[];
  readonly causes: readonly Choice[];
  readonly severities: readonly Choice[];
  /** What may be marked as missed though no finding of a model stands for it. */
  readonly terms: readonly Term[];
  readonly suggestions: readonly { verdict: Verdict; site: string; cause: string }[];
}

export function readScheme(wire: SchemeDocument): Scheme {
  return {
    version: String(wire.version),
    sites: wire.sites,
    lateralities: wire.lateralities,
    causes: wire.causes,
    severities: wire.severities.map(({ value, title }) => ({ code: String(value), title })),
    terms: wire.terms.map(({ needs_note: needsNote, ...term }) => ({ ...term, needsNote })),
    suggestions: wire.first_rows,
  };
}

export async function loadScheme(path: string): Promise<Scheme> {
  return readScheme(await getJson<SchemeDocument>(path));
}

/** Choices proposed for a verdict first, in the scheme's order; the rest behind "other". */
export function ordered(
  choices: readonly Choice[],
  proposed: readonly string[],
  shown: number,
): { first: Choice[]; rest: Choice[] } {
  const front = [...new Set(proposed)].flatMap((code) => choices.filter((c) => c.code === code));
  const back = choices.filter((c) => !proposed.includes(c.code));
  const all = [...front, ...back];
  return { first: all.slice(0, shown), rest: all.slice(shown) };
}
