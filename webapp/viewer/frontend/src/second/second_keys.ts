/** Keys of the second window: those of the reading page for the list and for a picture that is not the case. No other does anything. */
import type { KeyRow } from '../keys/key_row';
import { KEY_TABLE } from '../keys/key_table';
import { withOwnKeys } from '../keys/own_keys';
import { VIEW_VERBS } from '../prior/prior_keys';
import type { SecondWindow } from './second_window';

/** As the person of the page has them. */
export function secondKeys(): readonly KeyRow<SecondWindow>[] {
  return withOwnKeys(
    KEY_TABLE.flatMap((row): KeyRow<SecondWindow>[] => {
      const { id } = row;
      if (id === 'next' || id === 'previous') return [{ ...row, run: (second) => second.go(id) }];
      const verb = VIEW_VERBS[id];
      if (!verb) return [];
      return [{ ...row, run: (second, combination) => {
        const { controller } = second.state.get();
        if (controller) verb(controller, combination, (text) => second.announce(text));
      } }]; // prettier-ignore
    }),
  );
}
