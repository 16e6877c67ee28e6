const MAX_COLONS = 8;
const MAX_LETTERS = 5;

/** The paths that a word of a command may name although it is none itself. It may give some that are none. */
export function pathsInside(word: string): string[] {
  const found = [...attached(word), ...handedOver(word), ...behindColons(word), ...ofAddress(word)];
  return [...new Set(found)].filter((path) => path !== "" && path !== word);
}

/** `--file=path`, `of=path`, `-f/path`, `-fpath`, also behind other letters: `-xzfpath`. */
function attached(word: string): string[] {
  const forms = [/^-[\w-]*?=?([~/.].*)$/, /^[\w-]+=(.+)$/, /^-[\w-]+=(.+)$/];
  const letters = /^-[A-Za-z]{1,5}/.exec(word)?.[0].length ?? 0;
  const behind = Array.from({ length: Math.min(letters, MAX_LETTERS) }, (_, at) => word.slice(at + 2));
  return [...forms.flatMap((form) => form.exec(word)?.[1] ?? []), ...(letters > 0 ? behind : [])];
}

/** `@path`, `-d@path`, `x=@path` and `x=<path`, as curl and others have it; more may follow behind a semicolon. */
function handedOver(word: string): string[] {
  const path = /(?:^|=|^-[A-Za-z]+)[@<](.+)$/s.exec(word)?.[1];
  return path === undefined ? [] : [path, path.replace(/;.*$/s, "")];
}

/** `HEAD:path`, `:0:path`, `:(top)path`, `:/path`, `host:path`. */
function behindColons(word: string): string[] {
  const found = [...word.matchAll(/:(?:\([^)]*\)|[!^]*)/g)].map(({ index, 0: { length } }) =>
    word.slice(index + length),
  );
  // Long texts have many of them.
  if (found.length > MAX_COLONS) found.splice(MAX_COLONS / 2, found.length - MAX_COLONS);
  return [...found, /^:\/(.+)$/s.exec(word)?.[1] ?? ""];
}

/** `file://host/path`, in which any letter can be a number. */
function ofAddress(word: string): string[] {
  const address = /\bfile:.*$/is.exec(word)?.[0];
  const path = address === undefined ? undefined : URL.parse(address)?.pathname;
  if (path === undefined) return [];
  try {
    return [path, decodeURIComponent(path)];
  } catch {
    return [path];
  }
}
