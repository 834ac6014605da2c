/** What the server wrote into the page: the boot document and the neighbours in the worklist. */
import type { BootDocument } from './api/documents';

export interface Boot extends BootDocument {
  readonly next: string | null;
  readonly previous: string | null;
  readonly position: string;
  readonly count: string;
}

export function readBoot(root: HTMLElement): Boot {
  const script = document.getElementById('reading-boot');
  if (!script?.textContent) throw new Error('reading page without #reading-boot: the template must write it');
  const boot = JSON.parse(script.textContent) as BootDocument;
  const { next, previous, position, count } = root.dataset;
  return { ...boot, next: next || null, previous: previous || null, position: position ?? '', count: count ?? '' };
}
