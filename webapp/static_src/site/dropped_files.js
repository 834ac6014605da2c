// @ts-check
/** All files of a drop, folders walked. Hidden files and the viewer programs that CDs carry are left out. */
const NOT_IMAGES = /(^\.|^thumbs\.db$|^dicomdir$|\.(exe|dll|inf|ini|html?|js|css|txt|pdf|xml|jar|ico)$)/i;

/**
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
export async function droppedFiles(transfer) {
  // Entries must be taken before the first await: the list is emptied when the event ends.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  if (!entries.length) return [...transfer.files];
  // What was dropped by itself is sent whatever its name: the server says what is wrong with it.
  const found = await Promise.all(entries.map((entry) => walk(entry, true)));
  return found.flat();
}

/**
 * @param {FileSystemEntry} entry
 * @param {boolean} isTop
 * @returns {Promise<File[]>}
 */
async function walk(entry, isTop) {
  if (entry.isFile) {
    if (!isTop && NOT_IMAGES.test(entry.name)) return [];
    const file = /** @type {FileSystemFileEntry} */ (entry);
    return [await new Promise((resolve, reject) => file.file(resolve, reject))];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {File[]} */
  const files = [];
  for (;;) {
    // readEntries answers at most 100 at a time, and an empty list at the end.
    const batch = await new Promise((/** @type {(found: FileSystemEntry[]) => void} */ resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return files;
    for (const child of batch) files.push(...(await walk(child, false)));
  }
}
