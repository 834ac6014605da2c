/** The keys of the voting page. */
import type { KeyRow } from '../keys/key_row';
import { arrows, directionOf } from '../keys/key_row';
import { PRESET_KEYS } from '../keys/preset_keys';
import { choosePreset } from '../viewport/presets';
import { STATUSES } from './truth_voting';
import type { TruthVoting } from './truth_voting';

type Row = KeyRow<TruthVoting>;

export const VOTE_KEYS: readonly Row[] = [
  {
    id: 'status',
    group: 'Vote',
    shown: '⇧1…3',
    action: 'present, absent, indeterminate',
    combinations: ['shift+1', 'shift+2', 'shift+3'],
    run: (voting, combination) => voting.choose(STATUSES[Number(combination.at(-1)) - 1]?.value ?? ''),
  },
  {
    id: 'submit',
    group: 'Vote',
    shown: 'Enter',
    action: 'submit the vote',
    combinations: ['Enter'],
    run: (voting) => void voting.submit(),
  },
  {
    id: 'box',
    group: 'Vote',
    shown: 'B',
    action: 'draw a box; again: box in the centre',
    combinations: ['b'],
    run: (voting) => voting.drawBox(),
  },
  {
    id: 'delete',
    group: 'Vote',
    shown: 'Del',
    action: 'remove the chosen box',
    combinations: ['Delete', 'Backspace'],
    run: (voting) => voting.remove(voting.state.get().chosen),
  },
  {
    id: 'nudge',
    group: 'Vote',
    shown: 'arrows',
    action: 'move the box 1 px (⇧ 10, alt resizes); else pan',
    combinations: [...arrows(), ...arrows('shift+'), ...arrows('alt+'), ...arrows('alt+shift+')],
    run: (voting, combination) => {
      const [dx, dy] = directionOf(combination);
      voting.nudge(dx, dy, combination.includes('alt+'), combination.includes('shift+') ? 10 : 1);
    },
  },
  {
    id: 'preset',
    group: 'View',
    ...PRESET_KEYS,
    run: (voting, combination) => void choosePreset(voting.controller, Number(combination)),
  },
  {
    id: 'invert',
    group: 'View',
    shown: 'I',
    action: 'invert',
    combinations: ['i'],
    run: (voting) => voting.controller.toggleInvert(),
  },
  {
    id: 'stored',
    group: 'View',
    shown: 'T',
    action: 'as stored, or turned to L\\F',
    combinations: ['t'],
    run: (voting) => voting.controller.toggleStored(),
  },
  {
    id: 'sheet',
    group: 'View',
    shown: 'U',
    action: 'panel up on a narrow window',
    combinations: ['u'],
    run: (voting) => voting.sheet.cycle(),
  },
  {
    id: 'escape',
    group: 'View',
    shown: 'Esc',
    action: 'back to window and level',
    combinations: ['Escape'],
    run: (voting) =>
      voting.controller.view.get().tool === 'window' ? voting.select(null) : voting.controller.chooseTool('window'),
  },
];
