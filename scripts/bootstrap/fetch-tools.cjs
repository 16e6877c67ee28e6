"use strict";
// Fetches pinned versions of node and pnpm from the registry, with npx.

const { withoutNpm } = require("./environment.cjs");
const { npx, createCache, shareDownloads, dropDownloads, removeOtherCaches, remove } = require("./npx.cjs");
const { isNode, isPnpm } = require("./programs.cjs");
const { runStep, say, StepError } = require("./step.cjs");
const { readNote, addToNote, NODE, PNPM } = require("./tools-note.cjs");

// What npm says when its own files are the trouble, and not the registry or the way to it.
const DAMAGED =
  /^npm (error|ERR!) code (EACCES|EPERM|EROFS|ENOENT|EEXIST|ENOTDIR|EISDIR|ENOTEMPTY|EINTEGRITY|ETARGET|TAR_\w+|Z_\w+)$/m;

/** Fetches these packages and remembers where their programs are: `{ node, pnpm }`. */
async function fetchTools(root, packages) {
  const tidy = () => removeOtherCaches(root, Object.values(readNote(root)));
  tidy();
  let found;
  try {
    found = await fetchAnew(root, packages, { share: true });
  } catch (error) {
    if (!(error instanceof StepError) || !DAMAGED.test(error.output)) throw error;
    say("what npm has in its cache cannot be used: fetching everything anew");
    found = await fetchAnew(root, packages, { share: false });
  }
  addToNote(root, packages.includes(NODE) ? found : { pnpm: found.pnpm });
  tidy();
  return found;
}

async function fetchAnew(root, packages, { share }) {
  const cache = createCache(root);
  if (cache && share) shareDownloads(cache);
  try {
    return await runNpx(packages, cache);
  } catch (error) {
    if (cache) remove(cache);
    throw error;
  } finally {
    if (cache) dropDownloads(cache);
  }
}

async function runNpx(packages, cache) {
  const name = packages.includes(NODE) ? "fetching Node 24 and pnpm" : "fetching pnpm";
  const advice =
    "check that `npm ping` reaches your registry (proxy and mirror settings of npm are respected), " +
    "or install Node 22.19 or newer and pnpm 12 yourself; then run the same command again.";
  const { command, args, shell } = npx();
  const quoted = (text) => (shell ? `"${text}"` : text);
  // The repository's .npmrc silences npm; here its errors are wanted.
  const flags = ["--yes", "--loglevel=error", "--prefer-offline"];
  if (cache) flags.push(quoted(`--cache=${cache}`));
  const wanted = packages.flatMap((name) => ["-p", name]);
  const output = await runStep(
    { name, advice },
    command,
    [...args, ...flags, ...wanted, "-c", quoted("node where.cjs")],
    { cwd: __dirname, env: withoutNpm(process.env), shell },
  );
  const found = parseFound(output);
  if (packages.includes(NODE) && !isNode(found.node)) {
    throw new StepError(name, "the fetched node does not run on this machine", output, advice);
  }
  if (!isPnpm(found.pnpm)) {
    throw new StepError(name, "the fetched pnpm does not run on this machine", output, advice);
  }
  return found;
}

function parseFound(output) {
  const line = output.split("\n").find((text) => text.startsWith("{"));
  return line ? JSON.parse(line) : {};
}

module.exports = { fetchTools, NODE, PNPM };
