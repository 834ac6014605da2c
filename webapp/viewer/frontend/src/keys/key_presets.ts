/** Maps of keys and mouse buttons that are offered by name. */
import type { OwnKeys } from '../api/schema';
import { USUAL_KEYS, VERSION } from './key_file';
import { USUAL_BUTTONS } from './own_buttons';

export interface KeyPreset {
  readonly name: string;
  readonly what: string;
  readonly choices: OwnKeys;
}

/** Left hand: two actions change places each time, so that no key is lost. */
const LEFT_HAND = {
  next: ['s'],
  smooth: ['j'],
  previous: ['a'],
  'missed-other': ['k'],
  agree: ['v'],
  'flip-vertical': ['y'],
  'list-next': ['s'],
  'list-previous': ['a'],
};

export const KEY_PRESETS: readonly KeyPreset[] = [
  { name: 'Sightline', what: 'the usual keys and buttons', choices: USUAL_KEYS },
  {
    name: 'Left hand',
    what: 'next S, previous A, agree V beside F and X, for a hand that stays left of the keyboard while the other has the mouse',
    choices: { version: VERSION, keys: LEFT_HAND, buttons: USUAL_BUTTONS },
  },
  {
    name: 'Wheel through cases',
    what: 'the wheel goes from case to case, right drag windows, middle drag zooms',
    choices: { version: VERSION, keys: {}, buttons: { middle: 'zoom', right: 'window', wheel: 'cases', window_gain: 'usual' } },
  },
];
