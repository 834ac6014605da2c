/** What the server wrote into the page: the boot document and the neighbours in the list it was opened from. */
import type { BootDocument } from './api/documents';
import type { OpenedCase, Place } from './api/schema';

export type Boot = BootDocument & Place;

export function readBoot(root: HTMLElement): Boot {
  const script = document.getElementById('reading-boot');
  if (!script?.textContent) throw new Error('reading page without #reading-boot: the template must write it');
  const boot = JSON.parse(script.textContent) as BootDocument;
  const { next, previous, position, count } = root.dataset;
  const ahead = (root.dataset.ahead ?? '').split(' ').filter(Boolean);
  return { ...boot, next: next || null, previous: previous || null, ahead, position: position ?? '', count: count ?? '' };
}

/** The same for a case that the page goes on to. */
export const bootOf = ({ boot, place }: OpenedCase): Boot => ({ ...boot, ...place });
