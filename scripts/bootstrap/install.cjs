"use strict";
// Installs the dependencies when, and only when, what decides about them has changed.

const crypto = require("node:crypto");
const path = require("node:path");
const { toolEnvironment } = require("./environment.cjs");
const { readText, writeNote, list } = require("./files.cjs");
const { runStep } = require("./step.cjs");
const { isBatchFile } = require("./programs.cjs");

const stampPath = (root) => path.join(root, "node_modules", ".zotpilot-install");

/** A digest of the lock file, the workspace file and all package.json files. */
function installDigest(root) {
  const hash = crypto.createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  const packages = list(path.join(root, "packages")).map((name) =>
    path.join("packages", name, "package.json"),
  );
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...packages]) {
    const text = readText(path.join(root, file));
    if (text !== undefined) hash.update(`${file}\n${text.length}\n${text}`);
  }
  return hash.digest("hex");
}

function installIsCurrent(root) {
  return readText(stampPath(root)) === installDigest(root);
}

async function install(root, tools) {
  const digest = installDigest(root);
  const step = {
    name: "installing the dependencies",
    advice:
      "run `npx -y pnpm@12.21.0 install --frozen-lockfile` to see everything it says; " +
      "if it still fails, delete node_modules and try again.",
  };
  const batch = isBatchFile(tools.pnpm);
  const args = ["install", "--frozen-lockfile", "--reporter=append-only"];
  await runStep(step, batch ? `"${tools.pnpm}"` : tools.pnpm, args, {
    cwd: root,
    // CI=true: pnpm must not ask questions nobody can see.
    env: { ...toolEnvironment(process.env, tools), CI: "true" },
    shell: batch,
  });
  writeNote(stampPath(root), digest);
}

module.exports = { installIsCurrent, install, installDigest };
