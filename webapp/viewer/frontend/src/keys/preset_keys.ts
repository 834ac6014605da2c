/** The keys of window presets on every reading page: a preset is chosen by the key that the server gives it. */
export const PRESET_KEYS = {
  shown: '1…9',
  action: 'window preset with this number',
  combinations: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
} as const;
