import { displayText } from "../display.ts";

/** HTML that goes into a page as it is; made by `html`, or by `trusted` from text that nobody outside can change. */
export interface Html {
  readonly html: string;
}

type Hole = string | number | Html | undefined | false | readonly Html[];

const longestText = 1000;

/**
 * A template whose holes are text unless they are `Html`: markup in them is shown, not obeyed, and control and
 * direction-changing characters become visible. Nothing and `false` leave no trace.
 */
export function html(pieces: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  const filled = holes.map((hole, index) => fill(hole) + (pieces[index + 1] ?? ""));
  return { html: (pieces[0] ?? "") + filled.join("") };
}

/** Text that is HTML already. Never for what comes from outside. */
export function trusted(text: string): Html {
  return { html: text };
}

/** A style or script, with nothing around its text: the browser compares it with a hash. */
export function element(name: "style" | "script", text: string): Html {
  return trusted(`<${name}>${text}</${name}>`);
}

function fill(hole: Hole): string {
  if (hole === undefined || hole === false) return "";
  if (typeof hole === "object") return "html" in hole ? hole.html : hole.map((one) => one.html).join("");
  return escape(displayText(String(hole), longestText));
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
