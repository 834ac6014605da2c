/** One more row of the table is one more key and one more name. */
import { expect, it, vi } from 'vitest';
import { KEY_TABLE, keyOf } from '../keys/key_table';
import { STUDY_KEYS, studyKey } from '../study/study_keys';
import { MAP_LAYERS, mapTitle } from './map_layers';

vi.mock('../../../../../inference/map_layers.json', async (importTable) => {
  const { default: rows } = await importTable<{ default: readonly object[] }>();
  return { default: [...rows, { kind: 'scorecam', title: 'Score-CAM map', button: 'Score-CAM', key: 'c' }] };
});

const toggled: string[] = [];
vi.mock('../session/map_choices', () => ({ toggleMap: (_: object, kind: string) => toggled.push(kind) }));

it('names every kind of the table, and one that it lacks as it is', () => {
  expect(MAP_LAYERS.map(({ kind }) => mapTitle(kind))).toEqual(['Grad-CAM', 'WILDCAT', 'Score-CAM']);
  expect(mapTitle('other')).toBe('other');
});

it('gives every kind its key on both reading pages', () => {
  expect(['gradcam', 'classmaps', 'scorecam'].map(keyOf)).toEqual(['G', 'W', 'C']);
  expect(['gradcam', 'classmaps', 'scorecam'].map(studyKey)).toEqual(['G', 'W', 'C']);
});

it('shows and hides the map of its kind by that key', () => {
  const pressed = { toggleMap: (kind: string) => toggled.push(kind) };
  const run = (table: typeof KEY_TABLE | typeof STUDY_KEYS, session: object) => {
    for (const key of ['g', 'w', 'c']) {
      table.find((row) => row.combinations.includes(key))?.run(session as never, key);
    }
  };
  run(KEY_TABLE, pressed);
  run(STUDY_KEYS, { reading: pressed });
  expect(toggled).toEqual(['gradcam', 'classmaps', 'scorecam', 'gradcam', 'classmaps', 'scorecam']);
});

it('says what the keys do as the key sheets said it before', () => {
  const action = (table: readonly { id: string; action: string }[], id: string) => table.find((row) => row.id === id)?.action;
  expect(action(KEY_TABLE, 'classmaps')).toBe('WILDCAT map of the finding');
  expect(action(STUDY_KEYS, 'classmaps')).toBe('WILDCAT map');
});
