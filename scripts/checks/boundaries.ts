// The walls of the repository, as tables. Adding a line here is a decision: say why in docs/decisions.

/** What a package may import of its siblings; its tests may import what `tests` names as well. */
export type Arrows = { source: readonly string[]; tests?: readonly string[] };

/** May import every sibling. */
export const EVERY_SIBLING: readonly string[] = ["*"];

/** One row for each package. */
export const arrows: Readonly<Record<string, Arrows>> = {
  ndjson: { source: [] },
  provider: { source: [], tests: ["@zotpilot/simulator"] },
  auth: { source: [], tests: ["@zotpilot/simulator"] },
  simulator: { source: [] },
  core: {
    source: ["@zotpilot/ndjson", "@zotpilot/provider/model"],
    tests: ["@zotpilot/provider", "@zotpilot/simulator"],
  },
  tools: { source: ["@zotpilot/core", "@zotpilot/provider/model"] },
  tui: { source: [] },
  agent: { source: EVERY_SIBLING },
};

/** A wall inside a package. Both patterns see paths below `packages/`; `mayNotImport` sees package names too. */
export type Layer = {
  files: RegExp;
  mayNotImport: RegExp;
  because: string;
  /** `import type` may pass, because nothing is loaded by it. */
  typesMayPass?: boolean;
  /** `await import()` may pass, because nothing is loaded before it is needed. */
  dynamicMayPass?: boolean;
};

export const layers: readonly Layer[] = [
  {
    files: /^provider\/src\/model\//,
    mayNotImport: /^(?!provider\/src\/model\/)/,
    because: "the model port depends on nothing",
  },
  {
    files: /^provider\/src\/transport\//,
    mayNotImport: /^provider\/src\/(model|wire|copilot)\//,
    because: "the transport knows no models",
  },
  {
    files: /^provider\/src\/wire\//,
    mayNotImport: /^provider\/src\/copilot\//,
    because: "a wire format serves more than one provider",
  },
  {
    files: /^core\/src\/events\//,
    mayNotImport: /^core\/src\/(tools|run|agent|session|rpc|context)\//,
    because: "everything is built on events",
  },
  {
    files: /^core\/src\/tools\//,
    mayNotImport: /^core\/src\/(run|agent|session|rpc)\//,
    because: "a tool does not know who calls it",
  },
  {
    files: /^core\/src\/run\//,
    mayNotImport: /^core\/src\/(agent|session|rpc)\//,
    because: "the loop keeps no state and writes no files",
  },
  {
    files: /^core\/src\/session\//,
    mayNotImport: /^core\/src\/(run|agent|rpc)\//,
    because: "a session is a log of events, whoever made them",
  },
  {
    files: /^core\/src\/rpc\//,
    mayNotImport: /^core\/src\/(run\/(?!until-aborted\.)|session\/)/,
    because: "rpc is a front end: it sees the agent and its events",
  },
  {
    files: /^core\/src\/(context|agent)\//,
    mayNotImport: /^core\/src\/rpc\//,
    because: "rpc is one front end of several",
  },
  {
    files: /^tui\/src\//,
    mayNotImport: /^node:/,
    because: "components know the terminal through Ink only",
  },
  {
    files: /^agent\/src\/(?!chat\/|modes\/interactive)/,
    // What makes text safe to print is without Ink, in an entry of its own.
    mayNotImport:
      /^(react|ink)(\/|$)|^@zotpilot\/tui(?!\/sanitize$)(\/|$)|^agent\/src\/(chat\/|modes\/interactive)/,
    because: "only the chat loads Ink",
    typesMayPass: true,
    dynamicMayPass: true,
  },
  {
    files: /^agent\/src\/(chat|modes|slash-commands)\//,
    mayNotImport: /^agent\/src\/runtime\/create-runtime\./,
    because: "main puts the parts together and hands them over",
    typesMayPass: true,
  },
  {
    files: /^agent\/src\/(slash-commands|chat\/state)\//,
    mayNotImport: /^(react|ink)(\/|$)/,
    because: "state and commands are data, the chat draws them",
  },
];

/** Folders whose files are entries of a list: what `index` does not import is forgotten, or does not belong there. */
export type FileList = { files: RegExp; index: string };

export const lists: readonly FileList[] = [
  { files: /^tools\/src\/[^/]+\.ts$/, index: "tools/src/index.ts" },
  { files: /^agent\/src\/slash-commands\/(?!parse\.)[^/]+\.ts$/, index: "agent/src/slash-commands/index.ts" },
];

/** Programs print and end the process; libraries leave both to whoever uses them. */
export const programs = /^(agent\/src\/|simulator\/src\/bin\.ts$)/;

/** Packages that are bundled: what they import is installed for the build only. */
export const bundled: ReadonlySet<string> = new Set(["agent"]);

/** Installed at the root for the tests of every package. */
export const testTools: ReadonlySet<string> = new Set([
  "vitest",
  "fast-check",
  "@xterm/headless",
  "@lydell/node-pty",
]);

/** Where JSON text comes in. Each of these checks what it got before anybody else sees it. */
export const jsonDoors: readonly RegExp[] = [
  /\/schema\.ts$/,
  /^core\/src\/rpc\/(protocol|client)\.ts$/,
  /^core\/src\/session\/read-session\.ts$/,
  /^core\/src\/tools\/run-tool\.ts$/,
  /^provider\/src\/errors\/error-body\.ts$/,
  // The simulator is strict about what it receives and otherwise reads its own answers.
  /^simulator\/src\//,
];

/** Tests, what helps them, and the build may use more than what is published. */
export function isTestFile(name: string): boolean {
  return /\.test(-d)?\.tsx?$|^[^/]+\/(test|scripts)\/|\/__fixtures__\//.test(name);
}
