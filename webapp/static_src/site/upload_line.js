// @ts-check
/** One line of the import card: name, progress, outcome, and what to do. Texts are data: set as text, never as markup. */

/** @typedef {import('./send_file.js').Item} Item */

const TITLES = { accepted: 'accepted', repaired: 'repaired', duplicate: 'already here', ignored: 'ignored', quarantined: 'refused', pending: 'unpacking' };

export class UploadLine {
  /**
   * @param {string} name
   * @param {() => void} onRetry
   */
  constructor(name, onRetry) {
    this.element = document.createElement('li');
    this.element.dataset.testid = 'upload-item';
    this.name = part('span', 'name', name);
    this.name.title = name;
    this.outcome = part('span', 'outcome', '');
    this.progress = document.createElement('progress');
    this.progress.max = 1;
    this.progress.setAttribute('aria-label', `sending ${name}`);
    this.detail = part('span', 'detail', '');
    this.retry = document.createElement('button');
    this.retry.type = 'button';
    this.retry.textContent = 'Retry';
    this.retry.addEventListener('click', onRetry);
    this.show('waiting', 'waiting');
  }

  /**
   * @param {string} status
   * @param {string} outcome
   * @param {string} [detail]
   * @param {boolean} [mayRetry]
   */
  show(status, outcome, detail = '', mayRetry = false) {
    this.element.dataset.status = status;
    this.outcome.textContent = outcome;
    this.detail.textContent = detail;
    this.progress.value = 0;
    const tail = status === 'sending' ? [this.progress] : [];
    this.element.replaceChildren(this.name, mayRetry ? this.retry : this.outcome, ...tail, this.detail);
    if (mayRetry) this.detail.textContent = [outcome, detail].filter(Boolean).join(' — ');
  }

  /** @param {number} fraction */
  showProgress(fraction) {
    this.progress.value = fraction;
    // All bytes are there; the server still looks at them.
    this.outcome.textContent = fraction < 1 ? `${Math.round(100 * fraction)} %` : 'checking';
  }

  /** @param {Item} item */
  showItem(item) {
    const said = [item.reason?.text, item.reason?.action].map(sentence).filter(Boolean).join(' ');
    this.show(item.status, TITLES[/** @type {keyof typeof TITLES} */ (item.status)] ?? item.status, said);
    if (!item.image) return;
    const link = document.createElement('a');
    link.href = `/images/${encodeURIComponent(item.image)}/`;
    link.textContent = this.outcome.textContent;
    this.outcome.replaceChildren(link);
  }
}

/** With a full stop, so that reason and action do not run into each other. @param {string} [text] */
const sentence = (text) => (text && !/[.!?]$/.test(text) ? `${text}.` : text);

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} text
 */
function part(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}
