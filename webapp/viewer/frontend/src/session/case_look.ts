/**
 * How a case opens. What was done in this sitting for its view goes before the rule, which the server has found: the person's own,
 * the project's, or what is built in (docs/viewer.md, section 15).
 */
import type { CaseHanging } from '../api/schema';
import type { PresetItem } from '../api/documents';
import type { SittingChoices } from './sitting';
import { choicesFor } from './sitting';

/** A preset by its name; of a key, too, where it was chosen by that. */
export type WantedPreset = Pick<PresetItem, 'name'> & Partial<Pick<PresetItem, 'key'>>;

export interface CaseLook {
  /** null: the image's own. */
  readonly preset: WantedPreset | null;
  /** Another image is laid beside by itself. */
  readonly isPriorShown: boolean;
  /** Which one that is. */
  readonly opens: 'prior' | 'other_view';
  readonly isPriorLinked: boolean;
}

export function lookOf(choices: Partial<SittingChoices>, hanging: CaseHanging): CaseLook {
  const done = choicesFor(choices, hanging.view);
  const byRule = hanging.preset ? { name: hanging.preset } : null;
  return {
    preset: done.preset === undefined ? byRule : done.preset,
    isPriorShown: done.isPriorShown ?? hanging.beside !== 'nothing',
    opens: hanging.beside === 'other_view' ? 'other_view' : 'prior',
    isPriorLinked: done.isPriorLinked ?? hanging.is_linked,
  };
}
