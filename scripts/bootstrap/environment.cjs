"use strict";
// What children see of the environment. npm adds variables and PATH entries of its own to every script;
// they describe this repository, so neither the program nor nested npm runs should see them.

const path = require("node:path");

// Other npm_config_* variables may be the user's own settings (registry, proxy, cafile): those stay.
const ADDED_BY_NPM =
  /^(npm_(package|lifecycle)_.*|npm_(command|execpath|node_execpath)|npm_config_(local_prefix|global_prefix|prefix|loglevel|user_agent|npm_version|node_gyp|globalconfig|init_module|noproxy)|INIT_CWD)$/;

function withoutNpm(env) {
  const clean = {};
  for (const [name, value] of Object.entries(env)) {
    if (!ADDED_BY_NPM.test(name)) clean[name] = value;
  }
  if (env.npm_lifecycle_event !== undefined) {
    delete clean.NODE;
    delete clean.COLOR;
  }
  return clean;
}

function pathName(env) {
  return Object.keys(env).find((name) => name.toUpperCase() === "PATH") || "PATH";
}

/** For the program itself: the environment the user had before npm. */
function programEnvironment(env, root) {
  const clean = withoutNpm(env);
  if (env.npm_lifecycle_event === undefined) return clean;
  const name = pathName(clean);
  const entries = (clean[name] || "").split(path.delimiter);
  // npm puts node_modules/.bin of this folder and of every parent in front, then its node-gyp folder.
  const added = new Set();
  for (let folder = root; ; folder = path.dirname(folder)) {
    added.add(path.join(folder, "node_modules", ".bin"));
    if (folder === path.dirname(folder)) break;
  }
  const kept = entries.findIndex((entry) => !added.has(entry) && path.basename(entry) !== "node-gyp-bin");
  clean[name] = (kept === -1 ? [] : entries.slice(kept)).join(path.delimiter);
  return clean;
}

/** For pnpm, turbo and the tests: the found node and pnpm come first on PATH. */
function toolEnvironment(env, tools) {
  const clean = withoutNpm(env);
  const name = pathName(clean);
  const folders = [path.dirname(tools.node)];
  if (tools.pnpm) folders.push(path.dirname(tools.pnpm));
  clean[name] = [...folders, clean[name] || ""].join(path.delimiter);
  clean.TURBO_TELEMETRY_DISABLED = "1";
  return clean;
}

module.exports = { programEnvironment, toolEnvironment, withoutNpm, pathName };
