/** The model that gave this result: what it is, how long it took, and whether it gives the same again. */
import { useEffect, useState } from 'react';
import type { PredictionDocument, ReproductionDocument } from '../api/schema';
import { isAiShown } from '../session/panel_state';
import { shownPrediction } from '../session/predictions_feed';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { comparisonText, dateTime, latencyText, outcomeText, providerText } from './card_words';
import { ReproductionsFeed, isUnfinished } from './reproductions_feed';

function Facts({ shown }: { readonly shown: PredictionDocument }) {
  const facts: [string, React.ReactNode][] = [
    ['model', `${shown.bundle_name} ${shown.bundle_version}`],
    ['SHA-256', <span className="num wrap">{shown.bundle}</span>],
    ['ran on', providerText(shown.provider)],
    ['result of', shown.finished_at ? dateTime(shown.finished_at) : 'not kept'],
    ['took', latencyText(shown)],
  ];
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Outcome({ row }: { readonly row: ReproductionDocument }) {
  const isBad = row.state === 'failed' || row.is_within === false;
  return (
    <div className={isBad ? 'stop' : undefined} data-testid="reproduction" data-state={row.state}>
      <p>{outcomeText(row)}</p>
      <ul>
        {row.comparisons.map((one) => (
          <li key={one.what}>{comparisonText(one)}</li>
        ))}
      </ul>
    </div>
  );
}

function Reproduce({ prediction }: { readonly prediction: string }) {
  const { boot } = useSession();
  const [feed] = useState(() => new ReproductionsFeed(prediction, boot.csrf));
  const { status, text, rows } = useStore(feed.state);
  useEffect(() => {
    void feed.open();
    return () => feed.stop();
  }, [feed]);
  return (
    <section aria-live="polite">
      <button
        type="button"
        data-testid="reproduce"
        disabled={status === 'loading' || isUnfinished(rows[0])}
        onClick={() => void feed.ask()}
      >
        Reproduce
      </button>{' '}
      <span className="muted small">
        This model runs again on the kept input; the largest difference of numbers and maps is stated; words and boxes are not compared. The stored result stays.
      </span>
      {status === 'failed' && <p className="stop">{text}</p>}
      {rows.slice(0, 3).map((row) => (
        <Outcome key={row.id} row={row} />
      ))}
    </section>
  );
}

export function ModelCard() {
  const session = useSession();
  const panel = useStore(session.panel);
  const { items } = useStore(session.predictions.state);
  const shown = shownPrediction(items);
  if (!panel.isModelCardOpen || !shown?.bundle || session.firstLook?.isWaiting()) return null;
  return (
    <aside className="model-card" aria-label="The model of this result" data-testid="model-card">
      <div className="row">
        <h2 className="grow">The model of this result</h2>
        <button type="button" onClick={() => session.panel.set({ isModelCardOpen: false })}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <Facts shown={shown} />
      <p>
        <a href={`/models/${shown.bundle}/`} target="_blank" rel="noopener">
          Model card, operating points and evidence
        </a>
      </p>
      {isAiShown(panel) ? (
        <Reproduce key={shown.id} prediction={shown.id} />
      ) : (
        // What a run is compared with, tolerance and gate tell the number and the verdict.
        <p className="muted small">Whether it gives the same again stands here once the model is shown.</p>
      )}
    </aside>
  );
}

/** Opens the card where the banner has no room for the chip. */
export function AboutModel() {
  const session = useSession();
  const { items } = useStore(session.predictions.state);
  if (!shownPrediction(items)?.bundle) return null;
  return (
    <button
      type="button"
      className="plain small about-model"
      data-testid="about-model"
      onClick={() => session.panel.set({ isModelCardOpen: true })}
    >
      About the model of this result…
    </button>
  );
}
