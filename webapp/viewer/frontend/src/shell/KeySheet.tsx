/** All keys of a page, from the same table that handles them. Lies over the picture and blocks nothing. */
import type { KeyRow } from '../keys/key_row';
import { DRAG_TITLES, WHEEL_TITLES, ownButtons } from '../keys/own_buttons';

function mouse(): readonly [string, string][] {
  const { middle, right, wheel } = ownButtons();
  return [
    ['left drag', 'the chosen tool'],
    ['middle drag', DRAG_TITLES[middle]],
    ['right drag', DRAG_TITLES[right]],
    ['two fingers', 'zoom'],
    ['wheel', WHEEL_TITLES[wheel]],
    ['double click', 'fit or 1:1'],
  ];
}

type ShownRow = Pick<KeyRow<never>, 'id' | 'shown' | 'group' | 'action'>;

function Group({ name, table }: { readonly name: string; readonly table: readonly ShownRow[] }) {
  return (
    <section>
      <h3>{name}</h3>
      <dl>
        {table
          .filter((row) => row.group === name)
          .map((row) => (
            <div key={row.id}>
              <dt>
                {row.shown ? <kbd>{row.shown}</kbd> : 'no key'}
              </dt>
              <dd>{row.action}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

export function KeySheet({ table, onClose }: { readonly table: readonly ShownRow[]; readonly onClose: () => void }) {
  const groups = [...new Set(table.map((row) => row.group))];
  return (
    <aside className="key-sheet" aria-label="Keys" data-testid="key-sheet">
      <div className="row">
        <h2 className="grow">Keys</h2>
        <button type="button" onClick={onClose}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <div className="key-groups">
        {groups.map((group) => (
          <Group key={group} name={group} table={table} />
        ))}
        <section>
          <h3>Mouse and touch</h3>
          <dl>
            {mouse().map(([input, effect]) => (
              <div key={input}>
                <dt>{input}</dt>
                <dd>{effect}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </aside>
  );
}
