/**
 * Who the picture shows, which model speaks, and what it may be used for. What tells one patient from another is whole at every
 * width; the model, the first half of the warning and the name give way, in this order.
 */
import type { Boot } from '../boot';
import { shownPrediction } from '../session/predictions_feed';
import { useStore } from '../state/store';
import { NOT_STATED, bannerName, dateText, identityFields } from './patient_text';
import { useSession } from './session_context';

function ModelChip() {
  const session = useSession();
  const { items } = useStore(session.predictions.state);
  const { isModelCardOpen } = useStore(session.panel);
  const shown = shownPrediction(items);
  if (!shown?.bundle) return null;
  const short = `${shown.bundle.slice(0, 4)}…${shown.bundle.slice(-2)}`;
  const provider = shown.provider.replace('ExecutionProvider', '');
  return (
    <button
      type="button"
      className="chip model-chip"
      title={`bundle ${shown.bundle}: card, latency, reproduce`}
      aria-expanded={isModelCardOpen}
      data-testid="model-chip"
      onClick={() => session.panel.set({ isModelCardOpen: !isModelCardOpen })}
      // A narrow banner has scrolled to it when the focus came by key.
      onBlur={({ currentTarget }) => currentTarget.parentElement?.scrollTo(0, 0)}
    >
      <span>
        {shown.bundle_name} {shown.bundle_version}
      </span>
      <span>
        · <span className="num">{short}</span>
        {provider && ` · ${provider}`}
      </span>
    </button>
  );
}

export function ResearchLine() {
  return (
    <span className="research" title="Research use only — not for diagnosis" data-testid="research-banner">
      <span>Research use only —</span>
      <span>not for diagnosis</span>
    </span>
  );
}

function Identity({ image }: Pick<Boot, 'image'>) {
  const exam = [image.view || `view ${NOT_STATED}`, dateText(image.study_date) || `study date ${NOT_STATED}`, image.modality];
  return (
    <div className="identity">
      {identityFields(image.patient, image.accession).map(({ key, label, text, isDoubtful }) => (
        <span key={key} className="field" data-testid={`patient-${key}`}>
          {label && <span className="label">{label} </span>}
          <bdi className={isDoubtful ? 'stop' : text === NOT_STATED ? 'muted' : 'num'}>{text}</bdi>
        </span>
      ))}
      <span className="muted exam-line">{[...exam, image.code].filter(Boolean).join(' · ')}</span>
    </div>
  );
}

export function Banner() {
  const { boot } = useSession();
  const brand = (
    <a className="brand" href={boot.urls.list} title={`back to the ${boot.list_name}`}>
      Sightline
    </a>
  );
  return (
    <PatientBanner {...boot} brand={brand}>
      <ModelChip />
    </PatientBanner>
  );
}

type BannerProps = Pick<Boot, 'image' | 'position' | 'count'> & { readonly brand: React.ReactNode; readonly children?: React.ReactNode };

/** children: what stands at its end, and gives way first. */
export function PatientBanner({ image, position, count, brand, children }: BannerProps) {
  const { patient } = image;
  const { name, isName } = bannerName(patient);
  return (
    <header className="banner is-of-a-patient">
      {brand}
      <div className="banner-head">
        <span className={isName ? 'patient' : 'patient muted'} dir="auto" title={name} data-testid="patient-name">
          {name}
        </span>
        <ResearchLine />
      </div>
      <Identity image={image} />
      <span className="banner-tail">
        {position && (
          <span className="case-position muted">
            {position} of {count}
          </span>
        )}
        {children}
      </span>
      {patient.age_problem && (
        <p className="stop identity-problem" role="note" data-testid="identity-problem">
          {patient.age_problem}
        </p>
      )}
    </header>
  );
}
