/** Who the picture shows, which model speaks, and what it may be used for: visible at every width. */
import { shownPrediction } from '../session/predictions_feed';
import { useStore } from '../state/store';
import { ageText, dateText, personName, shortNumber } from './patient_text';
import { useSession } from './session_context';

function ModelChip() {
  const session = useSession();
  const { items } = useStore(session.predictions.state);
  const shown = shownPrediction(items);
  if (!shown?.bundle) return null;
  const short = `${shown.bundle.slice(0, 4)}…${shown.bundle.slice(-2)}`;
  const provider = shown.provider.replace('ExecutionProvider', '');
  return (
    <span className="chip" title={`bundle ${shown.bundle}`} data-testid="model-chip">
      {shown.bundle_name} {shown.bundle_version} · <span className="num">{short}</span>
      {provider && ` · ${provider}`}
    </span>
  );
}

export function Banner() {
  const { boot } = useSession();
  const { image } = boot;
  const { patient } = image;
  const facts = [
    patient.sex,
    ageText(patient.age),
    patient.birth_date && `born ${dateText(patient.birth_date)}`,
    dateText(image.study_date),
  ].filter(Boolean);
  const numbers = [patient.id && ['ID', patient.id], image.accession && ['Acc', image.accession]];
  const named = numbers.filter((pair): pair is [string, string] => Boolean(pair));
  const inFull = [...facts, ...named.map((pair) => pair.join(' '))].join(' · ');
  const inShort = [...facts, ...named.map(([name, number]) => `${name} ${shortNumber(number)}`)].join(' · ');
  return (
    <header className="banner">
      <a className="brand" href={boot.urls.worklist} title="back to the worklist">
        Sightline
      </a>
      <span className="chip num">{image.code}</span>
      <span className="patient" title={inFull}>
        {personName(patient.name)} <span className="muted">{inShort}</span>
      </span>
      <span className="grow" />
      <ModelChip />
      <span className="research" data-testid="research-banner">
        Research use only — not for diagnosis
      </span>
      {boot.position && (
        <span className="case-position muted">
          {boot.position} of {boot.count}
        </span>
      )}
    </header>
  );
}
