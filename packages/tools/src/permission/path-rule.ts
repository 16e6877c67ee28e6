import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, posix, relative, sep, type PlatformPath } from "node:path";
import picomatch from "picomatch";
import { foldPath, isInside } from "../shared/inside.ts";
import type { Rule } from "./rule.ts";

/** How paths are written on a system. */
export type PathSystem = Pick<PlatformPath, "isAbsolute" | "sep">;

const HERE: PathSystem = { isAbsolute, sep };

/** What a rule is about: a folder by its name, and a pattern that begins there. */
interface PathPattern {
  folder: string;
  rest: string;
}

/**
 * Tells which paths a rule is about. One that prohibits is also about where the links in it lead, and about names with
 * square brackets that it may mean.
 */
export function pathMatcher(body: string, system = HERE): Rule["matchesPath"] {
  let made: { project: string; exact: picomatch.Matcher; loose: picomatch.Matcher } | undefined;
  return (paths, project, strict) => {
    // One search asks about very many paths.
    if (made?.project !== project) {
      const pattern = patternOf(body, project, system);
      made = {
        project,
        exact: matcherOf([textOf(pattern)]),
        loose: matcherOf(
          [pattern, realForm(pattern)]
            .flatMap((each) => [
              textOf(each),
              textOf({ ...each, rest: each.rest.replaceAll(/[[\]]/g, "\\$&") }),
            ])
            .map(foldPath),
        ),
      };
    }
    const { exact, loose } = made;
    const uniform = paths.map((path) => withSlashes(path, system));
    if (strict) return uniform.length > 0 && uniform.every((path) => exact(path));
    return uniform.some((path) => exact(path) || loose(foldPath(path)));
  };
}

/** Tells into which folders a rule reaches: something below could match. */
export function folderMatcher(body: string, system = HERE): Rule["reachesInto"] {
  return (folder, project) => {
    const inside = foldPath(withSlashes(folder, system));
    const pattern = patternOf(body, project, system);
    return [pattern, realForm(pattern)].some((each) => {
      const { folder: fixed, rest } = each;
      return isInside(foldPath(fixed), inside) || (rest !== "" && isInside(inside, foldPath(fixed)));
    });
  };
}

function patternOf(body: string, project: string, system: PathSystem): PathPattern {
  const text = withSlashes(body, system);
  const isHome = /^~(\/|$)/.test(text);
  const start = isHome
    ? homedir()
    : system.isAbsolute(text)
      ? posix.parse(text).root || text.slice(0, 3)
      : project;
  let folder = withSlashes(start, system);
  const below = isHome ? text.slice(2) : system.isAbsolute(text) ? text.slice(folder.length) : text;
  const parts = posix
    .normalize(below)
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  // Up to what stands for several names it is a folder.
  while (parts[0] !== undefined && !/[*?[{]|[!+@]\(/.test(parts[0])) {
    folder = posix.join(folder, parts.shift()?.replaceAll(/\\(.)/g, "$1") ?? "");
  }
  return { folder, rest: parts.join("/") };
}

/** In a pattern a `\` takes the meaning from what follows, so paths of Windows are compared with `/`. */
function withSlashes(path: string, { sep: separator }: PathSystem): string {
  return separator === "\\" ? path.replaceAll("\\", "/") : path;
}

/** As a pattern. Brackets are part of names; what else has a meaning has none in the name of a folder. */
function textOf({ folder, rest }: PathPattern): string {
  const fixed = folder.replaceAll(/[\\*?[\]{}()!+@|"^$]/g, "\\$&").replace(/\/$/, "");
  return rest === "" ? fixed : `${fixed}/${rest.replaceAll(/[()]/g, "\\$&")}`;
}

function matcherOf(texts: readonly string[]): picomatch.Matcher {
  const below = texts.map((text) => `${text.replace(/\/$/, "")}/**`);
  // With "s", names may hold line feeds.
  return picomatch([...texts, ...below], { dot: true, flags: "s" });
}

/** The same pattern, from where its folder really is. */
function realForm({ folder, rest }: PathPattern): PathPattern {
  for (let existing = folder; ; existing = dirname(existing)) {
    try {
      const real = realpathSync(existing).replaceAll(sep, "/");
      return { folder: posix.join(real, relative(existing, folder).replaceAll(sep, "/")), rest };
    } catch {
      if (dirname(existing) === existing) return { folder, rest };
    }
  }
}
