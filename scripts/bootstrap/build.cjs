"use strict";
// Builds all packages with turbo. When no source has changed since the last build, turbo is not even asked.

const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { toolEnvironment } = require("./environment.cjs");
const { readText, writeNote, list } = require("./files.cjs");
const { runStep } = require("./step.cjs");

const stampPath = (root) => path.join(root, ".cache", "build-stamp");
const ROOT_FILES = ["turbo.json", "tsconfig.base.json", "pnpm-lock.yaml"];
const PACKAGE_FILES = ["package.json", "tsconfig.json", "tsconfig.build.json"];
const TEST_FILE = /\.test\.tsx?$/;

/** A digest of names, sizes and times of everything the build reads; contents are turbo's business. */
function buildDigest(root) {
  const hash = crypto.createHash("sha256");
  const add = (file) => {
    const stats = fs.statSync(path.join(root, file), { throwIfNoEntry: false });
    if (!stats) return;
    if (stats.isDirectory()) {
      for (const name of list(path.join(root, file))) add(path.join(file, name));
    } else if (!TEST_FILE.test(file)) {
      hash.update(`${file}\n${stats.size} ${stats.mtimeMs}\n`);
    }
  };
  for (const file of ROOT_FILES) add(file);
  for (const name of list(path.join(root, "packages"))) {
    for (const part of [...PACKAGE_FILES, "src", "scripts"]) add(path.join("packages", name, part));
  }
  return hash.digest("hex");
}

function buildIsCurrent(root) {
  const built = list(path.join(root, "packages"))
    .filter((name) => fs.existsSync(path.join(root, "packages", name, "package.json")))
    .every((name) => fs.existsSync(path.join(root, "packages", name, "dist", "index.js")));
  return (
    built &&
    fs.existsSync(path.join(root, "packages/agent/dist/bin.js")) &&
    readText(stampPath(root)) === buildDigest(root)
  );
}

async function build(root, tools) {
  const digest = buildDigest(root);
  const step = {
    name: "building",
    advice:
      "run `npm run check` to find the mistake; if the sources are unchanged, delete packages/*/dist and .turbo.",
  };
  const turbo = path.join(root, "node_modules", "turbo", "bin", "turbo");
  const args = [turbo, "run", "build", "--output-logs=errors-only", "--ui=stream"];
  await runStep(step, tools.node, args, { cwd: root, env: toolEnvironment(process.env, tools) });
  writeNote(stampPath(root), digest);
}

module.exports = { buildIsCurrent, build, buildDigest };
