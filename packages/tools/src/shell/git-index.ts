const HEADER_BYTES = 12;
/** Of an entry, what stands before its name, with a SHA-1. */
const ENTRY_BYTES = 62;
const CHECKSUM_BYTES = 20;
const GITLINK = 0o160000;
const HAS_MORE_FLAGS = 0x4000;

/**
 * Whether git would look into further repositories when it compares this index with the work tree: submodules are entries
 * of a kind of their own. In doubt, such as for an index in parts or of an unknown form, it would.
 */
export function holdsOtherRepositories(index: Buffer): boolean {
  if (index.length < HEADER_BYTES || index.toString("latin1", 0, 4) !== "DIRC") return true;
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return true;
  let at = HEADER_BYTES;
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    if (at + ENTRY_BYTES > index.length) return true;
    if ((index.readUInt32BE(at + 24) & 0o170000) === GITLINK) return true;
    const more = index.readUInt16BE(at + 60) & HAS_MORE_FLAGS ? 2 : 0;
    let name = at + ENTRY_BYTES + more;
    // Since version 4 a number says how much of the name before is dropped; its last byte is below 128.
    if (version === 4) while ((index[name++] ?? 0) >= 0x80);
    const end = index.indexOf(0, name);
    if (end === -1) return true;
    // Before, an entry ends with one to eight zeros, so that its length is a multiple of eight.
    at = version === 4 ? end + 1 : at + Math.ceil((end + 1 - at) / 8) * 8;
  }
  return hasNeededExtensions(index.subarray(at, -CHECKSUM_BYTES));
}

/** Whether there is an extension that git has to understand, such as a shared index: its name has small letters. */
function hasNeededExtensions(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 8 + bytes.readUInt32BE(at + 4)) {
    if (at + 8 > bytes.length || !/^[A-Z]/.test(bytes.toString("latin1", at, at + 1))) return true;
  }
  return false;
}
