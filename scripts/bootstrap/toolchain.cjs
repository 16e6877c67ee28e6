"use strict";
// Finds a Node that can run the sources, and pnpm; has pinned ones fetched when there are none.

const path = require("node:path");
const { fetchTools, NODE, PNPM } = require("./fetch-tools.cjs");
const { withLock } = require("./lock.cjs");
const { isNewEnough, isNode, isPnpm, findOnPath } = require("./programs.cjs");
const { readNote } = require("./tools-note.cjs");

/** The path of a node that is new enough. */
async function findNode(root) {
  return nodeAtHand(root) || fetchOnce(root, [NODE, PNPM], () => nodeAtHand(root), "node");
}

/** The paths of such a node and of pnpm 12. */
async function findTools(root) {
  const node = await findNode(root);
  const wanted = node === process.execPath ? [PNPM] : [NODE, PNPM];
  const pnpm = pnpmAtHand(root) || (await fetchOnce(root, wanted, () => pnpmAtHand(root), "pnpm"));
  return { node, pnpm };
}

function nodeAtHand(root) {
  if (isNewEnough(process.version)) return process.execPath;
  const { node } = readNote(root);
  return isNode(node) ? node : undefined;
}

function pnpmAtHand(root) {
  return [readNote(root).pnpm, findOnPath("pnpm", process.env)].find(isPnpm);
}

/** Two set-ups must not fetch at once: the second one waits, and finds what the first one fetched. */
function fetchOnce(root, packages, atHand, name) {
  return withLock(path.join(root, ".cache", "fetch.lock"), async () => {
    return atHand() || (await fetchTools(root, packages))[name];
  });
}

module.exports = { findNode, findTools };
