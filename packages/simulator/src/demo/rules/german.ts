import { cleanPath, looksLikeFile, PATH, unquote } from "../words.ts";
import { rule, type Rule } from "./rule.ts";

const FILE = String.raw`(?:(?:die|der|den|eine|einer|das) )?(?:neue )?(?:datei )?(?:namens )?`;

/** The same requests in German; the answers are in English. */
export const germanRules: readonly Rule[] = [
  rule(String.raw`(?:führe?|starte) (?:(?:die|alle) )?tests?(?: aus)?\W*`, () => ({
    type: "run",
    command: "npm test",
  })),
  rule(String.raw`führe? (?:den befehl )?(?<command>.+?) aus\W*`, ({ command = "" }) => ({
    type: "run",
    command: unquote(command),
  })),
  rule(String.raw`zähle? (?:langsam )?bis (?<to>\d+)(?: langsam)?\W*`, ({ to }) => ({
    type: "count",
    to: Math.min(Math.max(Number(to), 1), 1000),
  })),
  rule(String.raw`.*\bgeschichte\b.*|.*\blange(?:n|s)? (?:antwort|text)\b.*`, () => ({ type: "story" })),
  rule(
    String.raw`(?:in ${PATH} )?ersetze? (?<old>.+?) (?:durch|mit|in) (?<next>.+?)(?: in (?:der )?(?:datei )?(?<file>\S+))?`,
    ({ path, old = "", next = "", file }, last) => {
      const target = cleanPath(path ?? file ?? "") ?? last;
      return target === undefined
        ? undefined
        : { type: "edit", path: target, oldText: unquote(old), newText: unquote(next) };
    },
  ),
  rule(
    String.raw`(?:erstelle?|erzeuge?) ${FILE}${PATH}(?: mit (?:dem (?:inhalt|text) )?(?<content>.+))?`,
    ({ path = "", content = "" }) => written(path, content),
  ),
  rule(
    String.raw`(?:schreibe?|speichere?) (?<content>.+?) in ${FILE}${PATH}`,
    ({ path = "", content = "" }) => written(path, content),
  ),
  rule(
    String.raw`(?:liste?|zeige?)(?: mir)?(?: (?:alle|die))* dateien(?: (?:auf|an|hier))*(?: (?:in|von|aus) (?:dem )?(?:ordner )?(?<folder>\S+?))?(?: (?:auf|an))?\W*|(?:welche|was für) dateien .*|was (?:ist|liegt|gibt es) hier\W*`,
    ({ folder }) => {
      const where = cleanPath(folder ?? "");
      const isHere = where === undefined || /^(?:diesem|hier)$/.test(where);
      return { type: "list", pattern: "*", ...(isHere ? {} : { path: where }) };
    },
  ),
  rule(
    String.raw`(?:suche?|finde)(?: nach)? (?<text>.+?)(?: in (?<path>\S+))?\W*|wo (?:steht|ist|kommt) (?<other>.+?)(?: vor)?\W*`,
    ({ text, other, path }) => {
      const where = cleanPath(path ?? "");
      const wanted = unquote(text ?? other ?? "");
      return { type: "search", text: wanted, ...(where === undefined ? {} : { path: where }) };
    },
  ),
  rule(
    String.raw`(?:lies|lese?|öffne|zeige?|was steht in)(?: mir)? (?:den inhalt (?:von|der) )?${FILE}${PATH}(?: (?:an|vor))?\W*`,
    ({ path = "" }) => {
      const file = cleanPath(path);
      return file !== undefined && looksLikeFile(path) ? { type: "read", path: file } : undefined;
    },
  ),
];

function written(
  path: string,
  content: string,
): { type: "write"; path: string; content: string } | undefined {
  const file = cleanPath(path);
  return file === undefined || !looksLikeFile(path)
    ? undefined
    : { type: "write", path: file, content: unquote(content) };
}
