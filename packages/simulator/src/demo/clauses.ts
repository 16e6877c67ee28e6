const VERBS =
  "list|ls|show|read|open|print|cat|display|view|search|find|grep|look|where|edit|replace|change|rename|write|create|" +
  "make|save|put|append|add|delete|remove|run|execute|tell|say|report|give|count|what|how|summari[sz]e|explain|describe|" +
  "liste?|zeige?|lies|lese?|öffne|suche?|finde?|ersetze?|erstelle?|schreibe?|führe?|sag|was|wo";

const STRONG =
  /(?:\s*[,;.]?\s+(?:(?:and\s+)?(?:then|after that|afterwards|finally)|und\s+dann|danach)[,\s]+|\s*\n+\s*)/i;
const WEAK = new RegExp(
  String.raw`(?:\s*;\s*|[.!?]\s+|,\s*(?:and\s+)?|\s+(?:and|und)\s+)(?=(?:(?:please|also|now|first|next|bitte|jetzt)\s+)*(?:${VERBS})(?![\p{L}\w]))`,
  "iu",
);
const POLITE =
  /^(?:(?:please|now|first|next|also|and|then|so|ok(?:ay)?|hi|hello|hey|thanks|thank you|great|nice|cool|perfect|yes|just|can you|could you|would you|will you|can we|let's|let us|i want you to|i'd like you to|i want to|i'd like to|try to|bitte|kannst du|könntest du|jetzt|zuerst)[\s,]+)+/i;
const POLITE_END = /(?:[\s,]+(?:please|for me|thanks|thank you|bitte))+[\s.!?]*$/i;
/** Words that may stand behind a German verb without a meaning of their own. */
const FILLERS = /^(\S+(?:\s+mir)?)(?:\s+(?:bitte|dann|mal))+(?=\s)/i;
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
  return part.trim().replace(POLITE, "").replace(POLITE_END, "").replace(FILLERS, "$1").trim();
}
