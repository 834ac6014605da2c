/** The kinds of map, from the one table that Python reads too (inference/map_layers.py says what each field is). */
import TABLE from '../../../../../inference/map_layers.json';
import type { MapKind } from '../api/documents';

interface MapLayer {
  readonly kind: MapKind;
  /** On key sheets. */
  readonly title: string;
  readonly button: string;
  readonly key: string;
}

export const MAP_LAYERS = TABLE as readonly MapLayer[];

/** The name of a map as the buttons say it; a kind that the table lacks is named as it is. */
export function mapTitle(kind: string): string {
  return MAP_LAYERS.find((layer) => layer.kind === kind)?.button ?? kind;
}
