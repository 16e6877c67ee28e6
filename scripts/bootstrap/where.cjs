"use strict";
// Run by npx with the fetched packages on PATH: prints where they are.

const { findOnPath } = require("./programs.cjs");

process.stdout.write(
  `${JSON.stringify({ node: process.execPath, pnpm: findOnPath("pnpm", process.env) })}\n`,
);
