/** The failure scheme as the form uses it; codes and titles come from the server. */
import type { Verdict } from './documents';
import { getJson } from './request';

export interface Choice {
  readonly code: string;
  readonly title: string;
}

export interface Scheme {
  readonly version: string;
  readonly sites: readonly Choice[];
  readonly lateralities: readonly Choice[];
  readonly causes: readonly Choice[];
  readonly severities: readonly Choice[];
  readonly suggestions: readonly { verdict: Verdict; site: string; cause: string }[];
}

/** Each failure verdict and its outcome code in the scheme. */
export const OUTCOME_OF: Partial<Record<Verdict, string>> = {
  false_positive: 'FP',
  false_negative: 'FN_IMG',
  wrong_place: 'FN_LOC',
};

interface WireChoice {
  code?: string | number;
  value?: string | number;
  title: string;
}

interface WireScheme {
  version: number | string;
  sites: WireChoice[];
  lateralities?: WireChoice[];
  causes: WireChoice[];
  severities: WireChoice[];
  suggestions?: { outcome: string; site: string; cause: string }[];
  first_rows?: { outcome: string; site: string; cause: string }[];
}

const LATERALITIES: readonly Choice[] = [
  { code: 'R', title: 'right' },
  { code: 'L', title: 'left' },
  { code: 'B', title: 'both' },
  { code: 'M', title: 'midline' },
  { code: 'U', title: 'not stated' },
];

const choice = (item: WireChoice): Choice => ({ code: String(item.code ?? item.value), title: item.title });

export function readScheme(wire: WireScheme): Scheme {
  const verdicts = Object.keys(OUTCOME_OF) as Verdict[];
  return {
    version: String(wire.version),
    sites: wire.sites.map(choice),
    lateralities: wire.lateralities?.map(choice) ?? LATERALITIES,
    causes: wire.causes.map(choice),
    severities: wire.severities.map(choice),
    suggestions: (wire.first_rows ?? wire.suggestions ?? []).flatMap((row) => {
      const verdict = verdicts.find((v) => OUTCOME_OF[v] === row.outcome);
      return verdict ? [{ verdict, site: row.site, cause: row.cause }] : [];
    }),
  };
}

export async function loadScheme(path: string): Promise<Scheme> {
  return readScheme(await getJson<WireScheme>(path));
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
