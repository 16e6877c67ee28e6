import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative, sep, type PlatformPath } from "node:path";
import picomatch from "picomatch";
import { foldPath, isInside } from "../shared/inside.ts";
import type { Rule } from "./rule.ts";

/** How paths are written on a system. */
export type PathSystem = Pick<PlatformPath, "isAbsolute" | "join" | "sep">;

const HERE: PathSystem = { isAbsolute, join, sep };

/** Tells which paths a rule is about. One that prohibits is also about where the links in it lead. */
export function pathMatcher(body: string, system = HERE): Rule["matchesPath"] {
  let made: { project: string; exact: picomatch.Matcher; loose: picomatch.Matcher } | undefined;
  return (paths, project, strict) => {
    // One search asks about very many paths.
    if (made?.project !== project) {
      const full = fullPath(body, project, system);
      const whole = (texts: readonly string[]): picomatch.Matcher => {
        const escaped = texts.map((text) => text.replaceAll(/[()]/g, "\\$&"));
        return picomatch([...escaped, ...escaped.map((text) => `${text.replace(/\/$/, "")}/**`)], {
          dot: true,
        });
      };
      made = { project, exact: whole([full]), loose: whole([full, realForm(full)].map(foldPath)) };
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
    const full = fullPath(body, project, system);
    return [full, realForm(full)].map(foldPath).some((text) => {
      const fixed = text.slice(0, fixedLength(text));
      return isInside(fixed, inside) || (fixed !== text && isInside(inside, fixed));
    });
  };
}

function fullPath(body: string, project: string, system: PathSystem): string {
  const text = withSlashes(body, system);
  const full =
    text === "~" || text.startsWith("~/")
      ? system.join(homedir(), text.slice(1))
      : system.isAbsolute(text)
        ? text
        : system.join(project, text);
  return withSlashes(full, system);
}

/** In a pattern a `\` takes the meaning from what follows, so paths of Windows are compared with `/`. */
function withSlashes(path: string, { sep: separator }: PathSystem): string {
  return separator === "\\" ? path.replaceAll("\\", "/") : path;
}

/** How much of a pattern names folders before there is anything that stands for other names. */
function fixedLength(pattern: string): number {
  return pattern.replace(/[^/]*[*?[{].*$/s, "").length;
}

/** The same pattern, from where its folders really are. */
function realForm(full: string): string {
  const fixed = full.slice(0, fixedLength(full));
  for (let folder = fixed; ; folder = dirname(folder)) {
    try {
      const real = realpathSync(folder).replaceAll("\\", "/");
      const rest = relative(folder, fixed).replaceAll("\\", "/");
      const escaped = real.replaceAll(/[*?[\]{}!]/g, "\\$&");
      const end = fixed.endsWith("/") ? "/" : "";
      return `${escaped}${rest === "" ? "" : `/${rest}`}${end}${full.slice(fixed.length)}`.replace("//", "/");
    } catch {
      if (dirname(folder) === folder) return full;
    }
  }
}
