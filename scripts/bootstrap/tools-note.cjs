"use strict";
// Remembers where the fetched node and pnpm are. What is not in this note was never fetched to its end.

const path = require("node:path");
const { readText, writeNote } = require("./files.cjs");

const NODE = "node@24.21.0";
const PNPM = "pnpm@12.21.0";

const notePath = (root) => path.join(root, ".cache", "toolchain.json");

/** `{ node?, pnpm? }`: absolute paths of what was fetched; nothing when other versions are wanted by now. */
function readNote(root) {
  try {
    const { wanted, node, pnpm } = JSON.parse(readText(notePath(root)) || "{}");
    if (wanted !== `${NODE} ${PNPM}`) return {};
    const absolute = (file) => (typeof file === "string" ? path.resolve(root, file) : undefined);
    return { node: absolute(node), pnpm: absolute(pnpm) };
  } catch {
    return {};
  }
}

/** Adds to the note. Paths inside the repository are kept relative, so that it can be moved. */
function addToNote(root, found) {
  const note = { wanted: `${NODE} ${PNPM}` };
  for (const [name, file] of Object.entries({ ...readNote(root), ...found })) {
    const relative = path.relative(root, file || "");
    if (file) note[name] = relative.startsWith("..") || path.isAbsolute(relative) ? file : relative;
  }
  writeNote(notePath(root), `${JSON.stringify(note, undefined, 2)}\n`);
}

module.exports = { readNote, addToNote, NODE, PNPM };
