/** What the server computed for a point, in sentences. Nothing is computed here. */
import type { CurvePointDocument, OperatingCurve, WhatIf } from '../api/schema';
import { FEW, fraction } from '../panel/wording';

const whole = (n: number): string => n.toLocaleString('en-GB');
/** Whole counts with their noun: 1 image, 2 images. */
const counted = (n: number, noun: string): string => `${whole(n)} ${noun}${n === 1 ? '' : 's'}`;

export const FLAGGED_MEANS = 'Flagged means a number at or above the threshold; the word of the result may still be uncertain.';

/** "Of 100 such images 12 are flagged, 5 of them rightly; 1 with the finding is not flagged." */
export function frequencySentence({ of, flagged, rightly, missed, fewer_than_one: fewer }: WhatIf): string {
  const group = `Of ${counted(of, 'such image')}`;
  const count = (n: number, isFewer: boolean): string => (isFewer && n < 1 ? 'fewer than 1' : whole(n));
  const isAny = flagged > 0 || fewer.includes('rightly') || fewer.includes('in_vain');
  const are = flagged === 1 ? 'is' : 'are';
  const flags = isAny
    ? `${count(flagged, true)} ${are} flagged, ${count(rightly, fewer.includes('rightly'))} of them rightly`
    : 'none is flagged';
  return `${group} ${flags}; ${count(missed, fewer.includes('missed'))} with the finding ${missed === 1 ? 'is' : 'are'} not flagged.`;
}

function shareText(value: number | null | undefined, between: readonly number[] | null | undefined, none: string): string {
  if (value == null) return none;
  const ends = between?.length === 2 ? ` (between ${between.map(fraction).join(' and ')})` : '';
  return `${fraction(value)}${ends}`;
}

export const ppvText = (at: WhatIf): string => shareText(at.ppv, at.ppv_between, 'nothing is flagged: there is no such share');
export const npvText = (at: WhatIf): string => shareText(at.npv, at.npv_between, 'everything is flagged: there is no such share');

/** One digit behind the point below ten, whole numbers above. */
export function flagsText(flags: number, images: number | null): string {
  const shown = flags < 10 ? flags.toFixed(1) : Math.round(flags).toLocaleString('en-GB');
  return images === null ? shown : `${shown} of ${counted(images, 'image')}`;
}

/** Signed, three digits behind the point, with a true minus. */
export const benefitText = (value: number): string => value.toFixed(3).replace('-', '−').replace(/^(−?)0\./, '$1.');

/** Which of the three ways is best at this point; all that share the place, as they are shown. */
export function bestWay({ model, read_all, read_none }: NonNullable<WhatIf['net_benefit']>): string {
  const ways: [string, number][] = [
    ['the model', model],
    ['reading all', read_all],
    ['reading none', read_none],
  ];
  const top = Math.max(...ways.map(([, value]) => value));
  const best = ways.filter(([, value]) => benefitText(value) === benefitText(top)).map(([name]) => name);
  return best.length === 1 ? `best here: ${best[0]}` : `no difference between ${best.join(' and ')}`;
}

/** What one flag in vain costs at this threshold, since the threshold says it. */
export const costSentence = (cost: number): string =>
  `A threshold says what a flag in vain costs: here ${String(Number(cost.toPrecision(2))).replace(/^0\./, '.')} of a finding found.`;

export function measuredOn({ positives, negatives, measured_on: source }: OperatingCurve): string {
  return `Measured on ${positives} with and ${negatives} without the finding: ${source}.`;
}

/** For the slider: its place in words. */
export const placeText = ({ threshold, sensitivity, specificity }: CurvePointDocument): string =>
  `threshold ${fraction(threshold)}: sensitivity ${fraction(sensitivity.value)}, specificity ${fraction(specificity.value)}`;

/** Where this image's number lies; the word stays the stored result's. */
export function sideSentence({ probability }: OperatingCurve, { threshold }: CurvePointDocument): string {
  if (probability === null) return '';
  const side = probability >= threshold ? 'at or above' : 'below';
  return `This image's number, ${fraction(probability)}, would be ${side} it.`;
}

/** Rests on so few cases that its mark is drawn hollow. */
export const isFew = ({ sensitivity, specificity }: CurvePointDocument): boolean => Math.min(sensitivity.n, specificity.n) < FEW;
