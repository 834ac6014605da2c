import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { PanelState } from '../session/panel_state';
import { INITIAL_PANEL } from '../session/panel_state';
import type { ReadingSession } from '../session/reading_session';
import { SessionContext } from '../shell/session_context';
import { createStore } from '../state/store';
import { ModelCard } from './ModelCard';

const SHOWN = { id: '7', state: 'succeeded', bundle: 'b'.repeat(64), bundle_name: 'tiny', bundle_version: '1', provider: 'CPUExecutionProvider' };

function card(change: Partial<PanelState>): string {
  const session = {
    panel: createStore<PanelState>({ ...INITIAL_PANEL, isModelCardOpen: true, ...change }),
    predictions: { state: createStore({ items: [SHOWN] }) },
    firstLook: null,
    boot: { csrf: '' },
  } as unknown as ReadingSession;
  return renderToStaticMarkup(createElement(SessionContext.Provider, { value: session }, createElement(ModelCard)));
}

describe("the model's card", () => {
  it('offers to reproduce the result where the model is shown', () => {
    for (const change of [{}, { isLookFirst: true, isRevealed: true }]) {
      expect(card(change)).toContain('data-testid="reproduce"');
    }
  });

  it('holds what a run was compared with back while the person looks first and with the model off', () => {
    for (const change of [{ isLookFirst: true }, { isAiVisible: false }]) {
      const text = card(change);
      expect(text).toContain('tiny 1');
      expect(text).not.toContain('data-testid="reproduce"');
      expect(text).toContain('once the model is shown');
    }
  });
});
