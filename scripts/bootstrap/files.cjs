"use strict";

const fs = require("node:fs");
const path = require("node:path");

/** The text of a file, or undefined when it cannot be read. */
function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Writes a file so that a reader sees the old or the new text, never half of it. */
function writeAtomically(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
}

/** Like writeAtomically, for notes that only save time: a read-only checkout works without them. */
function writeNote(file, text) {
  try {
    writeAtomically(file, text);
  } catch {
    // The next run does the work again.
  }
}

/** The names in a folder, sorted; none when it does not exist. */
function list(folder) {
  try {
    return fs.readdirSync(folder).sort();
  } catch {
    return [];
  }
}

module.exports = { readText, writeAtomically, writeNote, list };
