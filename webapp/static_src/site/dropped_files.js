// @ts-check
/**
 * All files of a drop, folders walked. What lies in a folder beside the images need not be sent: it is named as ignored, by the same
 * table and in the same order as the server does it for a zip (webapp/archive/system_files.py).
 */
const TABLE = new URL('./system_files.json', import.meta.url);
const START_BYTES = 1024; // File Meta, with its SOP class, is near the beginning
const PREFIX_END = 132;

/**
 * @typedef {Record<'bare_data_set_starts' | 'system_folders' | 'system_names' | 'text_names' | 'text_suffixes' | 'program_suffixes' | 'packed_program_ends'
 *   | 'program_folders' | 'program_folder_ends' | 'picture_suffixes' | 'program_starts', string[]> & {media_directory: string, media_directory_class: string}} Table
 */

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
  const table = entries.some((entry) => !entry.isFile) ? await readTable() : null;
  // What was dropped by itself is sent whatever its name: the server says what is wrong with it.
  for (const entry of entries) await walk(entry, null, found, table);
  return found;
}

/** Without it all files are sent: the server tells of each what it is. @returns {Promise<Table | null>} */
async function readTable() {
  try {
    const answer = await fetch(TABLE);
    return answer.ok ? /** @type {Table} */ (await answer.json()) : null;
  } catch {
    return null;
  }
}

/**
 * @param {FileSystemEntry} entry
 * @param {string | null} path of the entry in what was dropped; null: dropped by itself
 * @param {Found} found
 * @param {Table | null} table
 */
async function walk(entry, path, found, table) {
  if (entry.isFile) {
    const source = /** @type {FileSystemFileEntry} */ (entry);
    const file = await new Promise((/** @type {(file: File) => void} */ resolve, reject) => source.file(resolve, reject));
    if (path !== null && table && isPassedOver(path, await startOf(file), table)) found.ignored.push(entry.fullPath);
    else found.files.push(file);
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const folder = `${path ?? entry.name}/`;
  for (;;) {
    // readEntries answers at most 100 at a time, and an empty list at the end.
    const batch = await new Promise((/** @type {(found: FileSystemEntry[]) => void} */ resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return;
    for (const child of batch) await walk(child, folder + child.name, found, table);
  }
}

/** Bytes as characters. @param {File} file */
async function startOf(file) {
  const bytes = new Uint8Array(await file.slice(0, START_BYTES).arrayBuffer());
  return [...bytes].map((byte) => String.fromCharCode(byte)).join('');
}

/**
 * As system_file_reason of the server.
 * @param {string} path with its folders
 * @param {string} start the file's first START_BYTES bytes, or all it has
 * @param {Table} table
 */
export function isPassedOver(path, start, table) {
  const folders = path.toLowerCase().split('/');
  const last = (folders.pop() ?? '').replace(/;.*$/s, ''); // names of ISO 9660 carry a version
  if (start.slice(128, PREFIX_END) === 'DICM') {
    return (last === table.media_directory && start.length === PREFIX_END) || sopClass(start) === table.media_directory_class;
  }
  const begins = (/** @type {string[]} */ starts) => starts.some((hex) => start.startsWith(fromHex(hex)));
  if (begins(table.bare_data_set_starts)) return false;
  const dot = last.lastIndexOf('.');
  const [stem, suffix] = [dot > 0, dot < 0 ? last : last.slice(dot + 1)];
  const isSystem = [...folders, last].some((part) => part.startsWith('.')) || folders.some((folder) => table.system_folders.includes(folder));
  if (isSystem || table.system_names.includes(last) || last === table.media_directory) return true;
  if (table.text_names.includes(last) || (stem && table.text_suffixes.includes(suffix))) return true;
  if ((stem && table.program_suffixes.includes(suffix)) || table.packed_program_ends.some((end) => last.endsWith(end))) return true;
  const isOfProgram = folders.some((folder) => table.program_folders.includes(folder) || table.program_folder_ends.some((end) => folder.endsWith(end)));
  return begins(table.program_starts) || (isOfProgram && !table.picture_suffixes.includes(suffix));
}

/** Media Storage SOP Class UID (0002,0002) of File Meta; empty where it is not near the beginning. @param {string} start */
function sopClass(start) {
  const at = start.indexOf('\x02\x00\x02\x00UI', PREFIX_END);
  const length = at < 0 ? 0 : start.charCodeAt(at + 6);
  return start.slice(at + 8, at + 8 + length).replace(/[\0 ]+$/, '');
}

/** @param {string} hex */
const fromHex = (hex) => (hex.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('');
