const HEADER_BYTES = 12;
/** Of an entry, what stands before its name, with a SHA-1. */
const ENTRY_BYTES = 62;
const CHECKSUM_BYTES = 20;
const GITLINK = 0o160000;
const HAS_MORE_FLAGS = 0x4000;

/** What git keeps of a work tree. */
export interface GitIndex {
  /** The names of the files, from the top of the repository. */
  names: string[];
  /** Whether git would look into further repositories: submodules are entries of a kind of their own. */
  holdsOtherRepositories: boolean;
}

/** Reads an index; undefined for one in parts, or of an unknown form. */
export function readIndex(index: Buffer): GitIndex | undefined {
  if (index.length < HEADER_BYTES || index.toString("latin1", 0, 4) !== "DIRC") return undefined;
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const found: GitIndex = { names: [], holdsOtherRepositories: false };
  let before = Buffer.alloc(0);
  let at = HEADER_BYTES;
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    if (at + ENTRY_BYTES > index.length) return undefined;
    if ((index.readUInt32BE(at + 24) & 0o170000) === GITLINK) found.holdsOtherRepositories = true;
    const more = index.readUInt16BE(at + 60) & HAS_MORE_FLAGS ? 2 : 0;
    let start = at + ENTRY_BYTES + more;
    let kept = Buffer.alloc(0);
    if (version === 4) {
      // A number says how much of the name before is dropped; its last byte is below 128.
      let dropped = (index[start] ?? 0) & 0x7f;
      while ((index[start++] ?? 0) >= 0x80) dropped = (dropped + 1) * 128 + ((index[start] ?? 0) & 0x7f);
      kept = before.subarray(0, Math.max(0, before.length - dropped));
    }
    const end = index.indexOf(0, start);
    if (end === -1) return undefined;
    before = Buffer.concat([kept, index.subarray(start, end)]);
    found.names.push(before.toString());
    // Before version 4, an entry ends with one to eight zeros, so that its length is a multiple of eight.
    at = version === 4 ? end + 1 : at + Math.ceil((end + 1 - at) / 8) * 8;
  }
  return hasNeededExtensions(index.subarray(at, -CHECKSUM_BYTES)) ? undefined : found;
}

/** Whether there is an extension that git has to understand, such as a shared index: its name has small letters. */
function hasNeededExtensions(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 8 + bytes.readUInt32BE(at + 4)) {
    if (at + 8 > bytes.length || !/^[A-Z]/.test(bytes.toString("latin1", at, at + 1))) return true;
  }
  return false;
}
