import { beforeEach, describe, expect, it } from 'vitest';
import type { MapDocument, MapKind } from '../api/documents';
import { createStore } from '../state/store';
import { compareMaps, comparedKind } from './compared_maps';
import { toggleMap } from './map_choices';
import { INITIAL_PANEL } from './panel_state';
import type { ReadingSession } from './reading_session';

const map = (kind: MapKind, ...findings: string[]) => ({ kind, findings, method: kind }) as unknown as MapDocument;

describe('two maps compared', () => {
  let said: string[];
  let isUnseen: boolean;
  let maps: MapDocument[];
  const panel = createStore(INITIAL_PANEL);
  const session = {
    panel,
    shown: () => ({ maps }),
    selected: () => ({ key: 'opacity', title: 'Opacity' }),
    isAiUnseen: () => isUnseen,
    announce: (text: string) => void said.push(text),
  } as unknown as ReadingSession;

  beforeEach(() => {
    said = [];
    isUnseen = false;
    maps = [map('gradcam', 'opacity'), map('classmaps', 'opacity')];
    panel.set({ ...INITIAL_PANEL, selected: 'opacity' });
  });

  it('begins with the map that is shown, and changes the two over', () => {
    panel.set({ mapKind: 'classmaps' });
    compareMaps(session);
    expect([panel.get().mapKind, comparedKind(session)]).toEqual(['classmaps', 'gradcam']);
    compareMaps(session);
    expect([panel.get().mapKind, comparedKind(session)]).toEqual(['gradcam', 'classmaps']);
    compareMaps(session);
    expect(panel.get().mapKind).toBe('classmaps');
    expect(said[0]).toBe('WILDCAT in colour, Grad-CAM as a white line; C changes them over');
  });

  it('begins with the first where none is shown', () => {
    compareMaps(session);
    expect([panel.get().mapKind, comparedKind(session)]).toEqual(['gradcam', 'classmaps']);
  });

  it('ends with the key of either map', () => {
    compareMaps(session);
    toggleMap(session, 'classmaps');
    expect([panel.get().mapKind, comparedKind(session)]).toEqual(['classmaps', null]);
  });

  it('says so where there is one map, and draws nothing', () => {
    maps = [map('gradcam', 'opacity'), map('classmaps', 'other')];
    compareMaps(session);
    expect(said).toEqual(['this model gives one kind of map of this finding: there is nothing to compare']);
    expect(panel.get().isCompared).toBe(false);
  });

  it('has no line when the finding is changed to one with a single map', () => {
    compareMaps(session);
    maps = [map('gradcam', 'opacity')];
    expect(comparedKind(session)).toBeNull();
  });

  it('shows nothing while the model is hidden', () => {
    isUnseen = true;
    compareMaps(session);
    expect(panel.get()).toMatchObject({ isCompared: false, mapKind: null });
  });
});
