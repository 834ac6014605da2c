/** Entry of the settings page: keys and mouse buttons. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { KEY_TABLE } from './keys/key_table';
import { LIST_ROWS } from './keys/list_rows';
import { KeySettings } from './settings/key_settings';
import { KeySettingsPanel } from './settings/KeySettingsPanel';

const element = document.getElementById('key-settings');
if (element) {
  const settings = new KeySettings([...LIST_ROWS, ...KEY_TABLE], element.dataset.csrf ?? '');
  createRoot(element).render(
    <StrictMode>
      <KeySettingsPanel settings={settings} />
    </StrictMode>,
  );
  void settings.open();
}
