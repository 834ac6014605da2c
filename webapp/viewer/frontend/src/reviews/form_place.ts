/** A form that is opened at a place in the picture. */
import type { PixelBox } from '../geometry/pixel_box';
import type { FailureForm } from './failure_form';
import { isMark } from './mark_form';
import { isSameBox } from './site_proposal';

/** The form at a place: a box of the model that is said to be wrong, or a point where something was missed. What was given stays. */
export function atPlace(form: FailureForm, place: PixelBox | null): FailureForm {
  if (!place || isMark(form)) return form;
  const isBoxOpen = form.verdict === 'false_positive' && form.isChanged && (!form.box || isSameBox(form.box, form.place ?? null));
  return { ...form, place, ...(isBoxOpen && { box: place }) };
}
