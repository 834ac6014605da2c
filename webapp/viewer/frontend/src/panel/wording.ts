/** Numbers and sentences as the page writes them: probabilities without the leading zero, one sentence per state. */
import type { Evidence, FindingDocument, MapDocument, Proportion } from '../api/documents';

/** .81, 1.00; two decimals. */
export function fraction(value: number): string {
  return value.toFixed(2).replace(/^(-?)0\./, '$1.');
}

const valueOf = (p: Proportion | number): number => (typeof p === 'number' ? p : p.value);

/** The sentence under a finding's bar. */
export function findingSentence(finding: FindingDocument): string {
  const { decision, reason, probability, operating_point: point } = finding;
  if (decision === 'refused') return reason ?? 'the model refused to answer';
  if (decision === 'uncertain') return reason ?? 'both answers stay possible';
  if (!point || probability === null) return reason ?? '';
  const side = probability >= point.threshold ? 'above' : 'below';
  const measured = `sens ${fraction(valueOf(point.sensitivity))} · spec ${fraction(valueOf(point.specificity))}`;
  return `${side} operating point ${fraction(point.threshold)} · ${measured}`;
}

function isEvidence(value: unknown): value is Evidence {
  return typeof value === 'object' && value !== null && 'metric' in value && 'value' in value;
}

/** Evidence may be given for the kind of map, per finding in order, or per finding by key. */
export function evidenceOf(document: MapDocument, finding: string): Evidence | null {
  const { evidence } = document;
  if (Array.isArray(evidence)) return evidence[document.findings.indexOf(finding)] ?? null;
  if (isEvidence(evidence)) return evidence;
  const found: unknown = evidence ? (evidence as Record<string, unknown>)[finding] : null;
  return isEvidence(found) ? found : null;
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

/** The name of a map as the buttons say it. */
export function mapTitle(kind: string): string {
  return kind === 'classmaps' ? 'WILDCAT' : kind === 'gradcam' ? 'Grad-CAM' : kind;
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
