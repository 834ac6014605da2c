// @ts-check
/** The card "Add radiographs": takes drops and chosen files, shows what becomes of each. */
import { droppedFiles } from './dropped_files.js';
import { UploadLine } from './upload_line.js';
import { UploadQueue } from './upload_queue.js';

/**
 * @typedef {import('./send_file.js').Item} Item
 * @typedef {import('./send_file.js').Report} Report
 */

const LOOK_MS = 700; // how often the members of a zip are asked for
const MOST_LINES = 500;

const list = /** @type {HTMLUListElement} */ (document.querySelector('#upload-list'));
const total = /** @type {HTMLElement} */ (document.querySelector('#upload-total'));
const link = /** @type {HTMLAnchorElement} */ (document.querySelector('#upload-report'));
const zone = /** @type {HTMLElement} */ (document.querySelector('#drop-zone'));
const input = /** @type {HTMLInputElement} */ (document.querySelector('#file-input'));
const queue = new UploadQueue((id) => {
  link.href = `/uploads/${encodeURIComponent(id)}/`;
  link.hidden = false;
});
/** @type {UploadLine[]} */
const lines = [];
/** @type {Set<number>} positions of the items that a line shows */
const claimed = new Set();

/** @param {File[]} files */
function add(files) {
  if (!files.length) total.textContent = 'No file in what was dropped.';
  for (const file of files) {
    const line = newLine(file.name, () => send(file, line));
    send(file, line);
  }
}

/**
 * @param {string} name
 * @param {() => void} onRetry
 */
function newLine(name, onRetry) {
  const line = new UploadLine(name, onRetry);
  lines.push(line);
  if (lines.length <= MOST_LINES) list.append(line.element);
  return line;
}

/**
 * @param {File} file
 * @param {UploadLine} line
 */
function send(file, line) {
  line.show('waiting', 'waiting');
  queue.add(file, {
    started: () => show(() => line.show('sending', '0 %')),
    progressed: (fraction) => line.showProgress(fraction),
    finished: (report) => show(() => finish(file.name, line, report)),
    failed: (text, mayRetry) => show(() => line.show('broken', text, '', mayRetry)),
  });
  showTotal();
}

/** @param {() => void} change */
function show(change) {
  change();
  showTotal();
}

/**
 * A file answers with its own item; a zip with its members, which come in time.
 * @param {string} name
 * @param {UploadLine} line
 * @param {Report} report
 */
function finish(name, line, report) {
  // Files sent at the same moment may be in `added` too, and on a CD all have one name: each item goes to one line only.
  const added = report.items.filter((item) => report.added.includes(item.position) && !claimed.has(item.position));
  const own = added.find((item) => !item.archive && item.name === name) ?? added.find((item) => !item.archive);
  if (own) claimed.add(own.position);
  if (own && own.status !== 'pending') line.showItem(own);
  else follow(added.find((item) => item.archive)?.archive ?? name, line, report);
}

/**
 * @param {string} archive the zip's name as the server writes it
 * @param {UploadLine} line
 * @param {Report} report
 */
function follow(archive, line, report) {
  const refused = report.items.findLast((item) => item.name === archive && !item.archive && item.status === 'quarantined');
  if (refused) return show(() => line.showItem(refused));
  const members = report.items.filter((item) => item.archive === archive);
  const open = members.filter((item) => item.status === 'pending').length;
  if (report.state === 'done' || (members.length && !open)) return show(() => showMembers(line, members));
  line.show('unpacking', 'unpacking', members.length ? `${members.length - open} of ${members.length} read` : '');
  window.setTimeout(async () => {
    try {
      const answer = await fetch(`/api/uploads/${encodeURIComponent(report.id)}/`, { headers: { 'X-Background': '1' } });
      if (!answer.ok) throw new Error(`the server failed (${answer.status})`);
      follow(archive, line, await answer.json());
    } catch {
      show(() => line.show('broken', 'lost sight of it', 'The import goes on; see the import report.'));
    }
  }, LOOK_MS);
}

/**
 * @param {UploadLine} line
 * @param {Item[]} members
 */
function showMembers(line, members) {
  const refused = members.filter((item) => item.status === 'quarantined');
  const taken = members.filter((item) => item.status === 'accepted' || item.status === 'repaired').length;
  const known = members.filter((item) => item.status === 'duplicate').length;
  const ignored = members.filter((item) => item.status === 'ignored').length;
  const parts = [`${taken} accepted`, known ? `${known} already here` : '', refused.length ? `${refused.length} refused` : '', ignored ? `${ignored} ignored` : ''];
  line.show(refused.length && !taken && !known ? 'quarantined' : 'accepted', 'unpacked', parts.filter(Boolean).join(', '));
  // Three members called IM0001 of three zips are told apart by their zip.
  for (const item of refused) newLine(`${item.name} in ${item.archive}`, () => {}).showItem(item);
}

/** @param {string[]} paths files of a folder that are not sent */
function showIgnored(paths) {
  const line = newLine(paths.length === 1 ? paths[0] : `${paths.length} files of the folder`, () => {});
  line.show('ignored', 'ignored', paths.length === 1 ? 'Not an image, and not sent.' : `Not images, and not sent: ${paths.join(', ')}`);
  showTotal();
}

function showTotal() {
  const statuses = lines.map((line) => line.element.dataset.status ?? '');
  const open = statuses.filter((status) => ['waiting', 'sending', 'unpacking'].includes(status)).length;
  const bad = statuses.filter((status) => ['quarantined', 'broken'].includes(status)).length;
  const text = `${lines.length - open} of ${lines.length} done${bad ? `, ${bad} not taken` : ''}`;
  // A status region is read out: only what changed is written.
  if (lines.length > 1 && total.textContent !== text) total.textContent = text;
}

/** Files dropped beside the zone must not replace the page. */
function listenToDrops() {
  let depth = 0;
  const isFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  const mark = (/** @type {number} */ change) => zone.classList.toggle('over', (depth = Math.max(0, depth + change)) > 0);
  window.addEventListener('dragenter', (event) => { if (isFiles(event)) mark(1); });
  window.addEventListener('dragleave', (event) => { if (isFiles(event)) mark(-1); });
  window.addEventListener('dragover', (event) => { if (isFiles(event)) event.preventDefault(); });
  window.addEventListener('drop', async (event) => {
    if (!event.dataTransfer || !isFiles(event)) return;
    event.preventDefault();
    mark(-depth);
    const { files, ignored } = await droppedFiles(event.dataTransfer);
    if (files.length || !ignored.length) add(files);
    if (ignored.length) showIgnored(ignored);
  });
}

function takeChosen() {
  add([...(input.files ?? [])]);
  input.value = '';
}

listenToDrops();
input.addEventListener('change', takeChosen);
if (input.files?.length) takeChosen(); // chosen before this script had arrived
window.addEventListener('beforeunload', (event) => { if (queue.isBusy) event.preventDefault(); });
