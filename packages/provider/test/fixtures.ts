import { readFileSync } from "node:fs";

/** Reads a fixture as text. */
export function fixture(name: string): string {
  return readFileSync(new URL(`__fixtures__/${name}`, import.meta.url), "utf8");
}
