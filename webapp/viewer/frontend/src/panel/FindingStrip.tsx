/** The findings as chips at the edge of the closed sheet: name and number; a press opens the card. */
import type { FindingDocument } from '../api/documents';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { numberText } from './wording';

/** As on the card: the number, with the word where it is no call. */
const stripText = (finding: FindingDocument): string => {
  if (finding.decision === 'refused') return finding.decision;
  return finding.decision === 'uncertain' ? `${numberText(finding)} uncertain` : numberText(finding);
};

export function FindingStrip({ findings }: { readonly findings: readonly FindingDocument[] }) {
  const session = useSession();
  const { selected } = useStore(session.panel);
  if (findings.length === 0) return <span className="muted">Findings</span>;
  return findings.map((finding) => (
    <button
      key={finding.key}
      type="button"
      className={finding.key === selected ? 'chip on' : 'chip'}
      data-testid={`strip-${finding.key}`}
      onClick={() => {
        session.select(finding.key);
        session.sheet.show();
      }}
    >
      {finding.title} <span className={finding.probability === null ? 'muted' : 'num model'}>{stripText(finding)}</span>
    </button>
  ));
}
