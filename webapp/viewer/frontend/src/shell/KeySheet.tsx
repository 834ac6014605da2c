/** All keys of the page, from the same table that handles them. Lies over the picture and blocks nothing. */
import type { KeyGroup } from '../keys/key_table';
import { KEY_TABLE } from '../keys/key_table';
import { useStore } from '../state/store';
import { useSession } from './session_context';

const GROUPS = [...new Set(KEY_TABLE.map((row) => row.group))];
const MOUSE: readonly [string, string][] = [
  ['left drag', 'the chosen tool'],
  ['middle drag', 'pan'],
  ['right drag, two fingers', 'zoom'],
  ['wheel', 'zoom about the pointer'],
  ['double click', 'fit or 1:1'],
];

function Group({ name }: { readonly name: KeyGroup }) {
  return (
    <section>
      <h3>{name}</h3>
      <dl>
        {KEY_TABLE.filter((row) => row.group === name).map((row) => (
          <div key={row.id}>
            <dt>
              <kbd>{row.shown}</kbd>
            </dt>
            <dd>{row.action}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function KeySheet() {
  const session = useSession();
  const { isKeySheetOpen } = useStore(session.panel);
  if (!isKeySheetOpen) return null;
  return (
    <aside className="key-sheet" aria-label="Keys" data-testid="key-sheet">
      <div className="row">
        <h2 className="grow">Keys</h2>
        <button type="button" onClick={() => session.panel.set({ isKeySheetOpen: false })}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <div className="key-groups">
        {GROUPS.map((group) => (
          <Group key={group} name={group} />
        ))}
        <section>
          <h3>Mouse and touch</h3>
          <dl>
            {MOUSE.map(([input, effect]) => (
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
