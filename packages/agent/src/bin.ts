#!/usr/bin/env node
// Every Node must be able to read this file, so that one that is too old can be told so: nothing may be
// imported before the question, and the syntax stays plain. scripts/build.ts watches over that.

const version = process.versions.node;
const [major = 0, minor = 0] = version.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 19)) {
  process.getBuiltinModule("node:module").enableCompileCache();
  const { start } = await import("./start.ts");
  await start();
} else {
  process.stderr.write(
    `zotpilot: needs Node.js 22.19 or newer, and this is ${version}; get one from https://nodejs.org\n`,
  );
  process.exitCode = 2;
}
