/** What if the threshold were another? A slider along the measured points of a finding. Nothing is stored, sent or shown elsewhere. */
import { useId, useState } from 'react';
import type { CurvePointDocument, OperatingCurve, WhatIf } from '../api/schema';
import { fraction, measuredText } from '../panel/wording';
import { useStore } from '../state/store';
import { RocFigure } from './RocFigure';
import { CurveFeed, curvePath } from './curve_feed';
import {
  FLAGGED_MEANS,
  benefitText,
  bestWay,
  costSentence,
  flagsText,
  frequencySentence,
  measuredOn,
  npvText,
  placeText,
  ppvText,
  sideSentence,
} from './curve_words';

function Fact({ label, testId, children }: { label: string; testId: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-testid={testId}>{children}</dd>
    </div>
  );
}

function Shares({ point }: { readonly point: CurvePointDocument }) {
  return (
    <dl className="what-if-facts">
      <Fact label="sensitivity" testId="what-if-sensitivity">
        {measuredText(point.sensitivity)}
      </Fact>
      <Fact label="specificity" testId="what-if-specificity">
        {measuredText(point.specificity)}
      </Fact>
    </dl>
  );
}

function Benefit({ benefit }: { readonly benefit: WhatIf['net_benefit'] }) {
  if (!benefit) return <>not defined at a threshold of 1</>;
  return (
    <>
      model {benefitText(benefit.model)} · reading all {benefitText(benefit.read_all)} · none {benefitText(benefit.read_none)};{' '}
      {bestWay(benefit)}
      <span className="faint small"> {costSentence(benefit.cost_of_flag)}</span>
    </>
  );
}

/** What it comes to here; only where a manager has said how frequent the finding is. */
function Here({ at, curve }: { readonly at: WhatIf; readonly curve: OperatingCurve }) {
  const mix = curve.case_mix;
  return (
    <>
      <p data-testid="what-if-frequencies">{frequencySentence(at)}</p>
      <dl className="what-if-facts">
        <Fact label="PPV" testId="what-if-ppv">
          {ppvText(at)}
        </Fact>
        <Fact label="NPV" testId="what-if-npv">
          {npvText(at)}
        </Fact>
        {at.flags_a_day !== null && (
          <Fact label="flags a day" testId="what-if-flags">
            {flagsText(at.flags_a_day, mix?.images_a_day ?? null)}
          </Fact>
        )}
        <Fact label="net benefit" testId="what-if-benefit">
          <Benefit benefit={at.net_benefit} />
        </Fact>
      </dl>
      {mix?.prevalence != null && (
        <p className="faint small">
          With the finding in {Number((100 * mix.prevalence).toPrecision(3))} % of images, as {mix.stated_by} stated on{' '}
          {mix.stated_at.slice(0, 10)} ({mix.source}).
        </p>
      )}
    </>
  );
}

interface SliderProps {
  readonly feed: CurveFeed;
  readonly curve: OperatingCurve;
  readonly tried: number;
  readonly point: CurvePointDocument;
}

function Slider({ feed, curve, tried, point }: SliderProps) {
  return (
    <div className="slider">
      <label className="slider grow">
        <span>threshold</span>
        <input
          type="range"
          min={0}
          max={curve.points.length - 1}
          step={1}
          // To the right the threshold rises, as numbers do; the points run the other way.
          value={curve.points.length - 1 - tried}
          aria-valuetext={placeText(point)}
          data-testid="what-if-slider"
          onChange={(event) => feed.try(curve.points.length - 1 - Number(event.target.value))}
        />
        <span className="num" data-testid="what-if-threshold">
          {fraction(point.threshold)}
        </span>
      </label>
      <button
        type="button"
        className="plain small"
        data-testid="what-if-reset"
        disabled={tried === curve.in_force || curve.in_force === null}
        onClick={() => feed.reset()}
      >
        as it was
      </button>
    </div>
  );
}

function Curve({ feed, curve, tried }: { readonly feed: CurveFeed; readonly curve: OperatingCurve; readonly tried: number }) {
  const point = curve.points[tried];
  return (
    <div className="what-if" data-testid="what-if" data-in-force={tried === curve.in_force}>
      <p className="small">
        <b>{tried === curve.in_force ? 'The point of this result' : 'What if'}</b>{' '}
        <span className="muted">Nothing here changes a number, word, box or export.</span>
      </p>
      {point && (
        <>
          <div className="what-if-top">
            <RocFigure curve={curve} tried={tried} />
            <Shares point={point} />
          </div>
          <Slider feed={feed} curve={curve} tried={tried} point={point} />
          <p className="muted small">{sideSentence(curve, point)}</p>
          {point.what_if && <Here at={point.what_if} curve={curve} />}
          <p className="faint small">{FLAGGED_MEANS}</p>
          <p className="faint small">{measuredOn(curve)}</p>
        </>
      )}
      {curve.notes.map((note) => (
        <p key={note} className="muted small" data-testid="what-if-note">
          {note}
        </p>
      ))}
    </div>
  );
}

export function OperatingPointTool({ prediction, finding }: { readonly prediction: string; readonly finding: string }) {
  const [feed] = useState(() => new CurveFeed(curvePath(prediction, finding)));
  const { status, text, curve, tried } = useStore(feed.state);
  const region = useId();
  const isOpen = status === 'open' || status === 'loading';
  return (
    <>
      <button
        type="button"
        className="plain small what-if-open"
        aria-expanded={isOpen}
        aria-controls={region}
        data-testid={`what-if-${finding}`}
        onClick={(event) => {
          event.stopPropagation();
          void feed.toggle();
        }}
      >
        {isOpen ? '▾' : '▸'} What if another threshold?
      </button>
      <div id={region}>
        {status === 'loading' && <p className="muted small">Asking for the measured points…</p>}
        {status === 'failed' && (
          <p className="stop small" role="status">
            {text}
          </p>
        )}
        {status === 'open' && curve && <Curve feed={feed} curve={curve} tried={tried} />}
      </div>
    </>
  );
}
