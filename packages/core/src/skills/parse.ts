/** What a `SKILL.md` says. */
export interface ParsedSkill {
  /** Empty when it names none. */
  name: string;
  description: string;
  /** Whether it is for people alone to call upon. */
  disableModelInvocation: boolean;
  body: string;
}

/**
 * Reads the head of a skill as zot does: a small part of YAML between two lines that start with `---`, one value a line,
 * quoted or not. Without such a head the whole file is the body. Never throws.
 */
export function parseSkill(text: string): ParsedSkill {
  const clean = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const lines = clean.trimStart().split("\n");
  const end = lines.findIndex((line, index) => index > 0 && line.startsWith("---"));
  if (!lines[0]?.startsWith("---") || end === -1) {
    return { name: "", description: "", disableModelInvocation: false, body: clean.trim() };
  }
  const fields = new Map<string, string>();
  for (const line of lines.slice(1, end)) {
    const match = /^([A-Za-z_-]+):[ \t]*(.*)$/.exec(line);
    if (match) fields.set(match[1] ?? "", unquoted((match[2] ?? "").trim()));
  }
  return {
    name: (fields.get("name") ?? "").replaceAll(/\s+/g, " "),
    description: (fields.get("description") ?? "").replaceAll(/\s+/g, " "),
    disableModelInvocation: /^true\b/i.test(fields.get("disable-model-invocation") ?? ""),
    body: lines
      .slice(end + 1)
      .join("\n")
      .trim(),
  };
}

function unquoted(value: string): string {
  const match = /^(["'])(.*)\1$/.exec(value);
  return match ? (match[2] ?? "") : value;
}
