import { describe, expect, test } from "vitest";
import { globTool } from "../src/index.ts";
import { find, tree } from "./glob-helpers.ts";
import { callText } from "./helpers.ts";

describe("hidden files and folders", () => {
  const names = [
    ".env",
    ".git/config",
    ".github/workflows/ci.yml",
    ".github/.secret/x.yml",
    "src/.cache/y.yml",
    "src/.env",
    "src/z.yml",
    ".z.yml",
    "node_modules/.bin/a.yml",
  ];

  test("are left out, and the result says how to find them", async () => {
    const folder = await tree(...names);
    for (const pattern of ["**", "**/*", "*.yml", "src/*", "**/{y,z}.yml"]) {
      expect(await find(folder, pattern)).toEqual(["src/z.yml"]);
      expect(await find(folder, pattern, undefined, { hidden: false })).toEqual(["src/z.yml"]);
    }
    expect(await find(folder, "./*")).toEqual(["src/"]);
    expect(await find(folder, "*")).toEqual(["src/"]);
    expect(await find(folder, "./*/")).toEqual(["src/"]);
    expect(await callText(globTool, folder, { pattern: "ci.yml" })).toBe(
      "no files match ci.yml; 2 ignored files or folders left out; 5 hidden ones left out, which hidden: true looks at\n",
    );
  });

  test("are found with hidden, all but .git", async () => {
    const folder = await tree(...names);
    const all = names.filter((name) => !/^(?:\.git|node_modules)\//.test(name)).toSorted();
    const hidden = { hidden: true };
    expect(await find(folder, "**", undefined, hidden)).toEqual(all);
    expect(await find(folder, "**", undefined, hidden)).toEqual(all);
    expect(await find(folder, "*.yml", undefined, hidden)).toEqual(
      all.filter((name) => name.endsWith(".yml")),
    );
    expect(await find(folder, "./*", undefined, hidden)).toEqual([".env", ".github/", ".z.yml", "src/"]);
    expect(await find(folder, "**", "src", hidden)).toEqual(["src/.cache/y.yml", "src/.env", "src/z.yml"]);
  });

  test.for([
    [".github/workflows/*.yml", [".github/workflows/ci.yml"]],
    [".github/**", [".github/workflows/ci.yml"]],
    [".github/**/*.yml", [".github/workflows/ci.yml"]],
    [".github/*", [".github/workflows/"]],
    ["**/.github/**", [".github/workflows/ci.yml"]],
    [".gi*/*/*.yml", [".github/workflows/ci.yml"]],
    ["{.github,src}/**/*.yml", [".github/workflows/ci.yml", "src/z.yml"]],
    [".github/.secret/*", [".github/.secret/x.yml"]],
    ["src/.cache/y.yml", ["src/.cache/y.yml"]],
    ["**/.cache/*", ["src/.cache/y.yml"]],
    [".env", [".env", "src/.env"]],
    [".env*", [".env", "src/.env"]],
    ["{.env,z.yml}", [".env", "src/.env", "src/z.yml"]],
    ["./.env", [".env"]],
    ["*/.env", ["src/.env"]],
    [".*", [".env", ".z.yml", "src/.env"]],
    [".*/", [".github/"]],
    ["**/.*/", [".github/", "src/.cache/"]],
  ] as const)("%s writes the dot, and finds them", async ([pattern, found]) => {
    expect(await find(await tree(...names), pattern)).toEqual(found);
  });

  test("path may begin in one", async () => {
    const folder = await tree(...names);
    expect(await find(folder, "*.yml", ".github")).toEqual([".github/workflows/ci.yml"]);
    expect(await find(folder, "**", ".git")).toEqual([".git/config"]);
  });
});
