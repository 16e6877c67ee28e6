"use strict";
// Looking at programs: where they are, and whether they are the ones we can use.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const { pathName } = require("./environment.cjs");

/** True for the versions we promise to run on; odd-numbered Node lines are not among them. */
function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return (major === 22 && minor >= 19) || (major >= 24 && major % 2 === 0) || major > 26;
}

/** True when the file is a node that runs here and is new enough. */
function isNode(file) {
  return isNewEnough(answer(file));
}

/** True when the file is a pnpm that runs here and is of the version we use. */
function isPnpm(file) {
  return answer(file).startsWith("12.");
}

/** What a program answers to --version, or "" when it is gone or broken. */
function answer(file) {
  if (!file || !fs.existsSync(file)) return "";
  // Asked from elsewhere, so that the version pinned in our package.json plays no part.
  const options = {
    cwd: os.tmpdir(),
    encoding: "utf8",
    timeout: 10_000,
    stdio: ["ignore", "pipe", "ignore"],
  };
  const result = isBatchFile(file)
    ? spawnSync(`"${file}" --version`, { ...options, shell: true })
    : spawnSync(file, ["--version"], options);
  return result.status === 0 ? result.stdout.trim() : "";
}

function isBatchFile(file) {
  return /\.(cmd|bat)$/i.test(file);
}

function findOnPath(name, env) {
  const extensions = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const folder of (env[pathName(env)] || "").split(path.delimiter)) {
    for (const extension of extensions) {
      const file = path.join(folder, name + extension);
      if (path.isAbsolute(folder) && fs.existsSync(file)) return file;
    }
  }
  return undefined;
}

module.exports = { isNewEnough, isNode, isPnpm, isBatchFile, findOnPath };
