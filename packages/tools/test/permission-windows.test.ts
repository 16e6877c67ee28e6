import { homedir } from "node:os";
import { join, win32 } from "node:path";
import { describe, expect, test } from "vitest";
import { folderMatcher, pathMatcher } from "../src/permission/path-rule.ts";

const project = "C:\\Users\\me\\proj";

/** By what a rule says, a path that it is about and one that it is not. */
const rows: readonly (readonly [string, string, string])[] = [
  ["src/**", `${project}\\src\\deep\\a`, `${project}\\other\\a`],
  ["src", `${project}\\src\\deep\\a`, `${project}\\srcs`],
  ["src/*.ts", `${project}\\src\\a.ts`, `${project}\\src\\deep\\a.ts`],
  ["**/*.key", `${project}\\src\\a.key`, `${project}\\src\\a.keys`],
  ["src\\secret\\**", `${project}\\src\\secret\\a`, `${project}\\src\\a`],
  ["..\\other/**", "C:\\Users\\me\\other\\a", `${project}\\other\\a`],
  ["C:\\Users\\me\\.ssh\\**", "C:\\Users\\me\\.ssh\\id_rsa", "C:\\Users\\me\\ssh\\id_rsa"],
  ["C:/Users/me/.ssh/**", "C:\\Users\\me\\.ssh\\id_rsa", "D:\\Users\\me\\.ssh\\id_rsa"],
  ["{a,b}/**", `${project}\\b\\x`, `${project}\\c\\x`],
  ["~/notes/**", win32.join(homedir(), "notes", "a"), `${project}\\notes\\a`],
  ["~\\notes\\*", win32.join(homedir(), "notes", "a"), `${project}\\notes\\a`],
  ["src (old)/*", `${project}\\src (old)\\a`, `${project}\\src old\\a`],
];

describe("S-H1: rules about paths of Windows", () => {
  test.each(rows)("%s", (body, about, other) => {
    for (const strict of [true, false]) {
      expect(pathMatcher(body, win32)([about], project, strict)).toBe(true);
      expect(pathMatcher(body, win32)([other], project, strict)).toBe(false);
    }
    expect(pathMatcher(body, win32)([about.toUpperCase()], project, false)).toBe(true);
  });

  test("folders that a rule reaches into", () => {
    const reaches = folderMatcher("src\\secret\\**", win32);
    for (const folder of [
      project,
      `${project}\\src`,
      `${project.toUpperCase()}\\SRC\\secret\\deep`,
      "C:\\Users",
    ]) {
      expect(reaches(folder, project), folder).toBe(true);
    }
    expect(reaches(`${project}\\other`, project)).toBe(false);
  });
});

describe("S-H1: rules in a folder of an odd name", () => {
  test.each(
    "[]{}()*?!+@|\"'^$\\#&;<>~`, "
      .split("")
      .map((letter) => `/top/a${letter}b${letter}(c)/p`)
      .concat("/top/[a]/{b,c}", "/t/!(a)/+(b)"),
  )("%s", (folder) => {
    for (const strict of [true, false]) {
      for (const body of [
        "src/**",
        "./src/**",
        "src",
        "**/a",
        "x/../src/*",
        `../${folder.split("/").at(-1)?.replaceAll(/\W/g, "\\$&")}/src/**`,
      ]) {
        const matches = pathMatcher(body);
        expect(matches([join(folder, "src", "a")], folder, strict), body).toBe(true);
        expect(matches(["/top/ab(c)/p/src/a"], folder, strict), body).toBe(false);
        expect(matches(["/top/a/src/a"], folder, strict), body).toBe(false);
        expect(matches([join(folder, "src2", "b")], folder, strict), body).toBe(false);
        expect(folderMatcher(body)(folder, folder), body).toBe(true);
      }
      expect(pathMatcher("*")([join(folder, "a")], folder, strict)).toBe(true);
      expect(pathMatcher(".")([join(folder, "a", "b")], folder, strict)).toBe(true);
    }
    expect(folderMatcher("src/**")(join(folder, "other"), folder)).toBe(false);
  });
});
