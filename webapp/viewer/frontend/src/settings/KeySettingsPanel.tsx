/** Keys and mouse buttons on the settings page. */
import { useEffect } from 'react';
import { combinationOf } from '../keys/combination';
import { KEY_PRESETS } from '../keys/key_presets';
import { warningOf } from '../keys/key_check';
import { DRAG_TITLES, GAIN_TITLES, WHEEL_TITLES } from '../keys/own_buttons';
import type { Buttons } from '../keys/own_buttons';
import type { TableRow } from '../keys/own_keys';
import { withKeys } from '../keys/own_keys';
import { useStore } from '../state/store';
import { LONGEST_FILE } from '../keys/key_file';
import type { KeySettings } from './key_settings';

/** The next key that is pressed is the answer; Esc keeps the old one, Tab goes on as ever. */
function usePressedKey(settings: KeySettings, asked: string | null): void {
  useEffect(() => {
    if (!asked) return;
    const down = (event: KeyboardEvent): void => {
      if (['Shift', 'Control', 'Alt', 'AltGraph', 'Meta'].includes(event.key)) return; // held for the key that follows
      if (event.key === 'Tab') return settings.ask(null);
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') settings.ask(null);
      else settings.press(combinationOf(event));
    };
    window.addEventListener('keydown', down, { capture: true });
    return () => window.removeEventListener('keydown', down, { capture: true });
  }, [settings, asked]);
}

function Row({ settings, row, usual }: { readonly settings: KeySettings; readonly row: TableRow; readonly usual: TableRow }) {
  const { asked, offered } = useStore(settings.state);
  const isOwn = row !== usual;
  const warnings = isOwn ? row.combinations.map(warningOf).filter((text) => text !== null) : [];
  return (
    <tr data-testid={`key-row-${row.id}`}>
      <th scope="row">{row.action}</th>
      <td>
        {row.shown ? <kbd>{row.shown}</kbd> : <span className="muted">no key</span>}
        {warnings.length > 0 && <p className="key-warning">{warnings.join('; ')}</p>}
      </td>
      <td className="key-acts">
        {row.isFixed ? (
          <span className="muted">stays</span>
        ) : asked === row.id ? (
          <span role="status" data-testid="key-asked">
            press the new key; Esc keeps the old one
          </span>
        ) : (
          <>
            <button type="button" className="plain" aria-label={`Change the key of: ${row.action}`} data-testid={`change-${row.id}`} onClick={() => settings.ask(row.id)}>
              Change
            </button>
            {row.combinations.length > 0 && (
              <button type="button" className="plain" aria-label={`No key for: ${row.action}`} onClick={() => settings.clear(row.id)}>
                No key
              </button>
            )}
            {isOwn && (
              <button type="button" className="plain" aria-label={`As usual: ${row.action}`} onClick={() => settings.usual(row.id)}>
                As usual
              </button>
            )}
          </>
        )}
        {offered?.id === row.id && (
          <p className="text-stop" role="alert" data-testid="key-conflict">
            {offered.text}.{' '}
            {offered.isExchangeable ? (
              <button type="button" data-testid="key-exchange" onClick={() => settings.exchange()}>
                Exchange the two
              </button>
            ) : (
              'That one stays where it is.'
            )}{' '}
            <button type="button" className="plain" onClick={() => settings.ask(null)}>
              Leave it
            </button>
          </p>
        )}
      </td>
    </tr>
  );
}

function Group({ settings, name, rows }: { readonly settings: KeySettings; readonly name: string; readonly rows: readonly TableRow[] }) {
  return (
    <section className="card">
      <h3>{name}</h3>
      <table className="table tight key-table">
        <thead>
          <tr>
            <th scope="col">Action</th>
            <th scope="col">Key</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} settings={settings} row={row} usual={settings.table.find(({ id }) => id === row.id) ?? row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const BUTTONS: readonly [keyof Buttons, string, Readonly<Record<string, string>>][] = [
  ['middle', 'Middle drag', DRAG_TITLES],
  ['right', 'Right drag', DRAG_TITLES],
  ['wheel', 'Wheel', WHEEL_TITLES],
  ['window_gain', 'Window and level follow a drag', GAIN_TITLES],
];

function Mouse({ settings, buttons }: { readonly settings: KeySettings; readonly buttons: Buttons }) {
  return (
    <section className="card">
      <h3>Mouse</h3>
      <p className="muted small">Left drag has the tool that is chosen on the page; two fingers zoom, three pan, whatever is set here.</p>
      <div className="key-buttons">
        {BUTTONS.map(([name, title, uses]) => (
          <label key={name}>
            {title}{' '}
            <select
              value={buttons[name]}
              data-testid={`button-${name}`}
              onChange={({ target }) => settings.button({ [name]: target.value })}
            >
              {Object.entries(uses).map(([use, text]) => (
                <option key={use} value={use}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </section>
  );
}

function saveFile(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: address, download: 'sightline-keys.json' });
  link.click();
  URL.revokeObjectURL(address);
}

async function readFile(settings: KeySettings, input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  // What is larger is refused by its size alone, in the words for it.
  if (file) settings.read(file.size > LONGEST_FILE ? ' '.repeat(LONGEST_FILE + 1) : await file.text());
  input.value = '';
}

function WholeMap({ settings }: { readonly settings: KeySettings }) {
  return (
    <div className="key-map">
      {KEY_PRESETS.map(({ name, what, choices }) => (
        <button key={name} type="button" title={what} data-testid={`preset-${name}`} onClick={() => settings.preset(name, choices)}>
          {name}
        </button>
      ))}
      <span className="grow" />
      <button type="button" data-testid="export-keys" onClick={() => saveFile(settings.file() ?? '')}>
        Export
      </button>
      <label className="button file-choice">
        <input type="file" accept="application/json,.json" data-testid="import-keys" onChange={({ target }) => void readFile(settings, target)} />
        Import…
      </label>
      <button type="button" data-testid="reset-keys" onClick={() => settings.reset()}>
        Reset all
      </button>
    </div>
  );
}

export function KeySettingsPanel({ settings }: { readonly settings: KeySettings }) {
  const { choices, asked, message, isProblem } = useStore(settings.state);
  usePressedKey(settings, asked);
  const rows = choices ? withKeys(settings.table, choices.keys) : [];
  const groups = [...new Set(rows.map(({ group }) => group))];
  return (
    <>
      {choices && <WholeMap settings={settings} />}
      <p role="status" className={isProblem ? 'text-stop' : 'text-reader'} data-testid="key-message">
        {message}
      </p>
      {choices && <Mouse settings={settings} buttons={choices.buttons} />}
      <div className="key-cards">
        {groups.map((group) => (
          <Group key={group} settings={settings} name={group} rows={rows.filter((row) => row.group === group)} />
        ))}
      </div>
    </>
  );
}
