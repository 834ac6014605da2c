// @ts-check
/** Sends files one per request, a few at a time, into one upload; tries again when the connection breaks. */
import { SendError, sendFile } from './send_file.js';

/** @typedef {import('./send_file.js').Report} Report */
/**
 * @typedef {object} Watcher
 * @property {() => void} started
 * @property {(fraction: number) => void} progressed
 * @property {(report: Report) => void} finished
 * @property {(text: string, mayRetry: boolean) => void} failed
 */

const AT_ONCE = 3;
const ATTEMPTS = 3; // a file that was taken although its answer got lost comes back as "already here"

export class UploadQueue {
  /** @type {{file: File, watcher: Watcher}[]} */
  #waiting = [];
  #running = 0;
  #upload = '';

  /** @param {(id: string) => void} onUpload called with the id of the upload that collects the files */
  constructor(onUpload) {
    this.onUpload = onUpload;
  }

  get isBusy() {
    return this.#running > 0 || this.#waiting.length > 0;
  }

  /**
   * @param {File} file
   * @param {Watcher} watcher
   */
  add(file, watcher) {
    this.#waiting.push({ file, watcher });
    this.#next();
  }

  #next() {
    // The first file goes alone: its answer names the upload that the others join.
    while (this.#running < (this.#upload ? AT_ONCE : 1) && this.#waiting.length) {
      const work = this.#waiting.shift();
      if (work) this.#run(work.file, work.watcher);
    }
  }

  /**
   * @param {File} file
   * @param {Watcher} watcher
   */
  async #run(file, watcher) {
    this.#running += 1;
    watcher.started();
    try {
      const report = await this.#persist(file, watcher);
      if (report.id !== this.#upload) this.onUpload(report.id);
      this.#upload = report.id;
      watcher.finished(report);
    } catch (error) {
      const mayRetry = error instanceof SendError ? error.mayRetry : true;
      watcher.failed(error instanceof Error ? error.message : String(error), mayRetry);
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  /**
   * @param {File} file
   * @param {Watcher} watcher
   * @returns {Promise<Report>}
   */
  async #persist(file, watcher) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await sendFile(file, this.#upload, watcher.progressed);
      } catch (error) {
        if (!(error instanceof SendError) || error.waitMs === null || attempt === ATTEMPTS) throw error;
        const { waitMs } = error;
        await new Promise((resolve) => window.setTimeout(resolve, waitMs * attempt));
      }
    }
  }
}
