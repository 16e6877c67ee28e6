/** The hosts of all addresses in a text, in small letters. */
export function hostsIn(text: string): string[] {
  const found = new Set<string>();
  // Programs put up with more slashes than two.
  for (const [, authority = ""] of text.matchAll(/\b[a-z][a-z0-9+.-]*:[\\/]{2,}([^\s/\\?#'"`<>)]+)/gi)) {
    const host = unescaped(authority.slice(authority.lastIndexOf("@") + 1));
    found.add((/^\[[^\]]*\]/.exec(host)?.[0] ?? host.replace(/:.*$/, "")).toLowerCase().replace(/\.$/, ""));
  }
  for (const [, host = ""] of text.matchAll(/\b[\w.-]+@([\w-]+(?:\.[\w-]+)+):/g))
    found.add(host.toLowerCase());
  return [...found];
}

/** The hosts that the argument of a tool may name: of an address, also of one that is not written in full. */
export function hostsOfAddress(address: string): string[] {
  const parsed = [address, `https://${address}`, `https:${address}`].flatMap(
    (text) => URL.parse(text)?.hostname.replace(/\.$/, "") || [],
  );
  return [...new Set([...hostsIn(address), ...parsed])];
}

/** `me@host:path`, `host/path`, `host:80`, `--to=host`: what stands first of a path is a host, the rest is none. */
export function hostLike(word: string): string[] {
  // One slash behind `https:` is enough for some programs.
  return [word, word.replace(/^[a-z][a-z0-9+.-]*:[\\/]*/i, "")].flatMap((text) =>
    (text.split(/[\\/]/)[0] ?? "")
      .toLowerCase()
      .split(/[^a-z0-9.-]+/)
      .map((host) => host.replace(/^\.+|\.+$/g, ""))
      .filter((host) => host !== ""),
  );
}

/** Whether a program may make another host of a text: by patterns of its own, or letters that only look alike. */
export function hidesHost(word: string): boolean {
  return /[{}[\]]|[^\x20-\x7e]/.test(word);
}

function unescaped(host: string): string {
  return host.replaceAll(/%([0-7][\da-f])/gi, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );
}
