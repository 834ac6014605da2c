/** Keys of the lists that cases are opened from; the server's table, as it writes them into the lists. */
import TABLE from '../../../../accounts/list_keys.json';
import { shownKeys } from './combination';
import type { TableRow } from './own_keys';

export const LIST_ROWS: readonly TableRow[] = TABLE.map(({ id, key, action }) => ({
  id,
  combinations: [key],
  shown: shownKeys([key]),
  group: 'Lists of cases',
  action,
  scope: 'list',
}));
