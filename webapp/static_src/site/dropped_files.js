// @ts-check
/**
 * All files of a drop, folders walked. Hidden files and the viewer programs that CDs carry need not be sent: they are named as
 * ignored. The commonest of them by name; a file that begins like a data set, with the DICM prefix or without, is sent whatever
 * its name. The rest goes to the server, which tells of each what it is.
 */
const NOT_IMAGES = /(^\.|^thumbs\.db$|^dicomdir$|\.(exe|dll|inf|ini|html?|js|css|txt|pdf|xml|jar|ico)$)/i;
const MEDIA_DIRECTORY = '1.2.840.10008.1.3.10'; // a SOP class, which File Meta names near the beginning
const START_BYTES = 1024;

/**
 * @typedef {{files: File[], ignored: string[]}} Found ignored: paths
 */

/**
 * @param {DataTransfer} transfer
 * @returns {Promise<Found>}
 */
export async function droppedFiles(transfer) {
  // Entries must be taken before the first await: the list is emptied when the event ends.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  /** @type {Found} */
  const found = { files: [], ignored: [] };
  if (!entries.length) found.files.push(...transfer.files);
  // What was dropped by itself is sent whatever its name: the server says what is wrong with it.
  for (const entry of entries) await walk(entry, true, found);
  return found;
}

/**
 * @param {FileSystemEntry} entry
 * @param {boolean} isTop
 * @param {Found} found
 */
async function walk(entry, isTop, found) {
  if (entry.isFile) {
    const source = /** @type {FileSystemFileEntry} */ (entry);
    const file = await new Promise((/** @type {(file: File) => void} */ resolve, reject) => source.file(resolve, reject));
    if (!isTop && NOT_IMAGES.test(entry.name) && !(await mayBeImage(file))) found.ignored.push(entry.fullPath);
    else found.files.push(file);
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (;;) {
    // readEntries answers at most 100 at a time, and an empty list at the end.
    const batch = await new Promise((/** @type {(found: FileSystemEntry[]) => void} */ resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return;
    for (const child of batch) await walk(child, false, found);
  }
}

/** @param {File} file */
async function mayBeImage(file) {
  const start = new TextDecoder('latin1').decode(await file.slice(0, START_BYTES).arrayBuffer());
  const isDirectory = file.name.toLowerCase() === 'dicomdir' && (start.length === 132 || start.includes(MEDIA_DIRECTORY));
  const isBare = /^(?:[\x02\x08]\x00|\x00[\x02\x08])/.test(start); // a data set without preamble
  return isBare || (start.slice(128, 132) === 'DICM' && !isDirectory);
}
