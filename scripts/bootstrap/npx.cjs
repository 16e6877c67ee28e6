"use strict";
// How npx is called: which one, and with which cache.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { list } = require("./files.cjs");

const PREFIX = "npx-";

/** How to start npx: as a script of the npm that runs us, so that no shell is needed, else by name. */
function npx() {
  const folders = [
    path.dirname(process.env.npm_execpath || ""),
    path.join(path.dirname(process.execPath), "node_modules", "npm", "bin"),
    path.join(path.dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin"),
  ];
  const script = folders.map((folder) => path.join(folder, "npx-cli.js")).find((file) => fs.existsSync(file));
  if (script) return { command: process.execPath, args: [script], shell: false };
  return process.platform === "win32"
    ? { command: "npx.cmd", args: [], shell: true }
    : { command: "npx", args: [], shell: false };
}

/**
 * A new folder for one run of npx. npx never mends the folder it installs into: where one run was
 * interrupted, all later ones fail. So each run gets a folder of its own, which counts only once it is
 * complete. undefined where nothing can be written: npx then uses npm's cache.
 */
function createCache(root) {
  const parent = path.join(root, ".cache");
  try {
    fs.mkdirSync(parent, { recursive: true });
    return fs.mkdtempSync(path.join(parent, PREFIX));
  } catch {
    return undefined;
  }
}

/** Lets npx use npm's own downloads, which survive interruptions, so that nothing is downloaded twice. */
function shareDownloads(cache) {
  const downloads = path.join(npmCache(), "_cacache");
  try {
    fs.mkdirSync(downloads, { recursive: true });
    fs.symlinkSync(downloads, path.join(cache, "_cacache"), "junction");
  } catch {
    // It downloads for itself.
  }
}

/** Where npm keeps its cache; npm tells its scripts. */
function npmCache() {
  if (process.env.npm_config_cache) return path.resolve(process.env.npm_config_cache);
  if (process.platform !== "win32") return path.join(os.homedir(), ".npm");
  return path.join(process.env.LOCALAPPDATA || path.join(os.homedir(), "AppData", "Local"), "npm-cache");
}

/** Keeps only what was installed: the downloads are done with. */
function dropDownloads(cache) {
  // A link goes away; what it points to stays.
  remove(path.join(cache, "_cacache"));
  remove(path.join(cache, "_logs"));
}

/** Removes what earlier runs of npx left behind, but nothing that one of these files is in. */
function removeOtherCaches(root, inUse) {
  const parent = path.join(root, ".cache");
  for (const name of list(parent)) {
    const folder = path.join(parent, name);
    const needed = inUse.some((file) => file && file.startsWith(folder + path.sep));
    if (name.startsWith(PREFIX) && !needed) remove(folder);
  }
}

function remove(file) {
  try {
    fs.rmSync(file, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    // Something still writes there: the next run that fetches tries again.
  }
}

module.exports = { npx, createCache, shareDownloads, dropDownloads, removeOtherCaches, remove };
