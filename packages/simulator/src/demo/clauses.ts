const VERBS =
  "list|ls|show|read|open|print|cat|display|search|find|grep|look|where|edit|replace|change|write|create|make|save|put|" +
  "run|execute|tell|say|report|give|count|what|how|summari[sz]e|explain";

const STRONG = /(?:\s*[,;.]?\s+(?:and\s+)?(?:then|after that|afterwards|finally)[,\s]+|\s*\n+\s*)/i;
const WEAK = new RegExp(
  String.raw`(?:\s*;\s*|[.!?]\s+|,\s*(?:and\s+)?|\s+and\s+)(?=(?:please\s+|also\s+)*(?:${VERBS})\b)`,
  "i",
);
const POLITE =
  /^(?:(?:please|now|first|also|and|then|so|ok(?:ay)?|hi|hello|hey|just|can you|could you|would you|will you|i want you to|i'd like you to)[\s,]+)+/i;
const QUOTED = /```[\s\S]*?```|`[^`\n]+`|"[^"\n]*"|(?<![\w])'[^'\n]*'(?!\w)/g;
const RUNS = /^(?:run|execute)\b/i;

/**
 * Splits a prompt into the things it asks for: at "then", at line ends, and before a verb we know. Quoted text is
 * never split, nor is a shell command.
 */
export function splitClauses(prompt: string): string[] {
  const quotes: string[] = [];
  const masked = prompt.replaceAll(QUOTED, (quote) => `\u0001${quotes.push(quote) - 1}\u0002`);
  return masked
    .split(STRONG)
    .map(polish)
    .flatMap((part) => (RUNS.test(part) ? splitCommand(part) : part.split(WEAK).map(polish)))
    .map((part) => part.replaceAll(/\u0001(\d+)\u0002/g, (_, index: string) => quotes[Number(index)] ?? ""))
    .filter((part) => part !== "");
}

/** A command ends only before a request to tell something: `&&`, `;` and commas belong to it. */
function splitCommand(part: string): string[] {
  return part.split(/(?:,\s*(?:and\s+)?|\s+and\s+)(?=(?:tell|say|report|show)\s+me\b)/i).map(polish);
}

function polish(part: string): string {
  return part.trim().replace(POLITE, "").trim();
}
