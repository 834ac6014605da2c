/** Numbers and sentences as the page writes them: probabilities without the leading zero, one sentence per state. */
import type { Evidence, FindingDocument, MapFacts, MapKind } from '../api/documents';

type Agreement = NonNullable<FindingDocument['agreement']>;
type Measured = Pick<FindingDocument['operating_point']['sensitivity'], 'value' | 'ci' | 'n'>;

/** Below this many cases a share is said to rest on few. */
export const FEW = 20;

/**
 * .81; two decimals. What rounds to .00 or 1.00 without being it is <.01 or >.99, as the server writes it (inference/probability.py);
 * tests/inference/probability_texts.json holds both to one table.
 */
export function fraction(value: number): string {
  if (value > 0 && value < 0.005) return '<.01';
  if (value >= 0.995 && value < 1) return '>.99';
  return value.toFixed(2).replace(/^(-?)0\./, '$1.');
}

/** What stands for the number of a finding: the number, or that there is none. */
export function numberText({ probability }: Pick<FindingDocument, 'probability'>): string {
  return probability === null ? 'no number' : fraction(probability);
}

/** The sentence under a finding's bar. */
export function findingSentence(finding: FindingDocument): string {
  const { decision, reason, probability, operating_point: point } = finding;
  if (decision === 'refused') return reason ?? 'the model refused to answer';
  if (decision === 'uncertain') return reason ?? 'both answers stay possible';
  if (probability === null) return reason ?? '';
  const side = probability >= point.threshold ? 'above' : 'below';
  const measured = `sens ${measuredText(point.sensitivity)} · spec ${measuredText(point.specificity)}`;
  return `${decision}, ${side} ${pointName(point)} · ${measured}`;
}

/** operating point .42, and whose it is where the project approved another than the model's own. */
export function pointName({ threshold, project_version: version }: FindingDocument['operating_point']): string {
  const whose = version == null ? '' : ` of the project (version ${version})`;
  return `operating point ${fraction(threshold)}${whose}`;
}

/** .78 (.45 to .94, few: n 9): the share with its 95 % interval and the number of cases that it was measured on. */
export function measuredText({ value, ci, n }: Measured): string {
  const interval = ci ? `${fraction(ci[0])} to ${fraction(ci[1])}, ` : '';
  return `${fraction(value)} (${interval}${n < FEW ? 'few: ' : ''}n ${n})`;
}

/** Null where the place of this finding was not measured. */
export function evidenceOf(document: MapFacts, finding: string): Evidence | null {
  return document.evidence[document.findings.indexOf(finding)] ?? null;
}

export function evidenceSentence(evidence: Evidence | null): string {
  if (!evidence) return 'accuracy of place not measured';
  const share = `${Math.round(evidence.value * 100)} %`;
  // The data are named: a share measured on phantoms is no promise about patients.
  const facts = [evidence.n == null ? '' : `n = ${evidence.n}`, evidence.data ?? ''].filter(Boolean).join('; ');
  const n = facts && ` (${facts})`;
  const chance = evidence.chance == null ? '' : `, by chance ${Math.round(evidence.chance * 100)} %`;
  return evidence.metric.startsWith('pointing')
    ? `hits the lesion in ${share}${n}${chance}`
    : `${evidence.metric} ${share}${n}`;
}

/** Whether two maps agree on this case, never without what that was measured to be worth. title: of a kind of map. */
export function agreementSentence(agreement: Agreement, title: (kind: MapKind) => string): string {
  const { agrees, agree, differ, data, of, beside } = agreement;
  const here = agrees ? 'point to one place here' : 'point to different places here';
  const hits = ({ value, ci, n }: Agreement['agree']): string => {
    const range = ci ? `, ${ci.map((end) => Math.round(end * 100)).join('–')} %` : '';
    return `${Math.round(value * 100)} % (n = ${n}${range})`;
  };
  const on = data ? ` on ${data}` : '';
  return `${title(of)} and ${title(beside)} ${here}, at the model’s own thresholds. Measured${on}, with the finding there: where they did, ${title(of)} hit the lesion in ${hits(agree)}; where they did not, in ${hits(differ)}`;
}

const RULE_TITLES: Record<string, string> = {
  component: 'regions',
  mass95: '95 % of map',
  'classmap-fixed': 'fixed size',
};

export const ruleTitle = (rule: string): string => RULE_TITLES[rule] ?? rule;

export function clock(when: Date): string {
  return when.toLocaleTimeString('en-GB', { hour12: false });
}
