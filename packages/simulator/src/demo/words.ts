/** A path in a sentence: quoted, or a word. */
export const PATH = String.raw`(?<path>${"`[^`]+`"}|"[^"]+"|'[^']+'|\S+)`;

const FILE_ENDING =
  /\.(?:[cm]?[jt]sx?|jsonl?|mdx?|txt|py|go|rs|java|kt|rb|php|c|h|cpp|hpp|cs|swift|html?|css|scss|svg|ya?ml|toml|ini|sh|sql|csv|xml|lock|env|png|jpe?g|gif)$/i;
const FILE_NAMES = /^(?:readme|license|licence|makefile|dockerfile|changelog|contributing|agents|\.\w+)$/i;

/** File endings of what people call their files. */
const KINDS: Record<string, string> = {
  typescript: "ts",
  javascript: "js",
  python: "py",
  markdown: "md",
  text: "txt",
  rust: "rs",
  yaml: "{yml,yaml}",
  image: "{png,jpg,jpeg,gif,webp,svg}",
  shell: "sh",
  ...Object.fromEntries(
    ["json", "html", "css", "go", "java", "ts", "js", "md", "py", "txt"].map((kind) => [kind, kind]),
  ),
};

/** A path without quotes, a leading `@`, or the punctuation of the sentence; undefined when nothing is left. */
export function cleanPath(raw: string): string | undefined {
  const path = unquote(raw.trim().replace(/[,:;?!]+$|(?<![./])\.$/g, "")).replace(/^@/, "");
  if (/^readme$/i.test(path)) return "README.md";
  return path === "" ? undefined : path;
}

/** Whether somebody who says this word means a file: it is quoted, has a slash or a file's ending, or is a usual name. */
export function looksLikeFile(raw: string): boolean {
  const word = raw.trim();
  if (/^["'`@]/.test(word)) return true;
  const path = cleanPath(word) ?? "";
  return /\S[/\\]/.test(path) || FILE_ENDING.test(path) || FILE_NAMES.test(path) || path === "README.md";
}

/** Whether a word names a file, and no folder. */
export function namesFile(raw: string): boolean {
  const path = cleanPath(raw) ?? "";
  const name = path.split("/").at(-1) ?? "";
  return FILE_ENDING.test(name) || FILE_NAMES.test(name) || name === "README.md";
}

/** The glob that finds files by a name, a pattern, or a kind such as "typescript"; undefined for anything else. */
export function globFor(raw: string): string | undefined {
  const name = cleanPath(raw) ?? "";
  const ending = KINDS[name.toLowerCase()];
  if (ending !== undefined) return `**/*.${ending}`;
  if (/\s/.test(name) || name === "") return undefined;
  if (/^\.\w+$/.test(name)) return `**/*${name}`;
  return name.includes("/") ? name : `**/${name}`;
}

/** Takes the quotes or the fence from around a text. */
export function unquote(raw: string): string {
  const text = raw.trim();
  const fence = /^```[^\n]*\n([\s\S]*?)\n?```$/.exec(text);
  if (fence?.[1] !== undefined) return fence[1];
  return /^([`"'])([\s\S]*)\1$/.exec(text)?.[2] ?? text;
}

/** Whether a text is in quotes or a fence. */
export function isQuoted(raw: string): boolean {
  return unquote(raw) !== raw.trim();
}
