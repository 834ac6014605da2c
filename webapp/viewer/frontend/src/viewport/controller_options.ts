/** What a page tells its viewport: where the image comes from, and whom to tell what happens. */
import type { HeaderDocument, PresetItem } from '../api/documents';
import type { PixelBox } from '../geometry/pixel_box';
import type { Film } from './film';
import type { Screen } from './screen';

export interface ControllerOptions {
  readonly imageId: string;
  readonly headerPath: string;
  readonly framePath: string;
  readonly announce: (text: string) => void;
  readonly onDraftBox?: (box: PixelBox | null) => void;
  /** The page's, for pictures that follow each other on it; without it the picture has one of its own. */
  readonly screen?: Screen;
  /** Lent: it may have been fetched before and stays when the picture is left; without it the picture fetches its own. */
  readonly film?: Film;
  /** Whether a preview may be shown until the frame is whole. */
  readonly hasPreview?: boolean;
  /** Index of the preset to open with; without it the server's. */
  readonly opening?: (header: HeaderDocument) => number;
  /** The wheel asks for another case, where the person wants it to; without it the wheel zooms. */
  readonly onWheelStep?: (step: 'next' | 'previous') => void;
  /** A preset was chosen; null: the view was reset to the image's own. */
  readonly onPreset?: (preset: PresetItem | null) => void;
}
