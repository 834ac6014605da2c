/** The colour maps of the overlay, from the one file that Python draws from too (inference/colour_map.py says what they are). */
import TABLES from '../../../../../inference/colour_maps.json';

export type ColourMap = keyof typeof TABLES;
export const COLOUR_MAPS = Object.keys(TABLES) as ColourMap[];
export const DEFAULT_COLOUR_MAP: ColourMap = 'cividis';
export const COLOUR_ENTRIES = 256;

/** Uint8 [256 * 3]: red, green, blue of each entry. */
export function colourTable(name: ColourMap): Uint8Array {
  return Uint8Array.from(atob(TABLES[name]), (character) => character.charCodeAt(0));
}

/** A CSS gradient of the table for the legend. */
export function cssGradient(name: ColourMap): string {
  const table = colourTable(name);
  const stops = Array.from({ length: 17 }, (_, i) => {
    const entry = Math.round((i / 16) * (COLOUR_ENTRIES - 1)) * 3;
    return `rgb(${table[entry]} ${table[entry + 1]} ${table[entry + 2]})`;
  });
  return `linear-gradient(90deg, ${stops.join(', ')})`;
}
