const HASH_COMMENTS = new Set(["python", "ruby", "shellscript", "shell", "yaml", "toml", "r", "perl"]);

/**
 * What could stand behind a prompt: the sum of the parameters in a function that was just opened, or else a comment
 * that says who speaks. A few rules, not an AI. `variant` counts from 0; each one is another text.
 */
export function completeCode(prompt: string, language: string, variant: number): string {
  const comment = HASH_COMMENTS.has(language) ? "#" : "//";
  const note = variant === 0 ? "" : ` ${comment} variant ${variant + 1}`;
  const lines = prompt.split("\n");
  const opening = lines.findLast((line) => line.trim() !== "") ?? "";
  const { indent = "", parameters } =
    /^(?<indent>\s*).*\((?<parameters>[^()]*)\)[^()]*(?:\{|:|=>)\s*$/.exec(opening)?.groups ?? {};
  if (parameters === undefined) return `${comment} The simulator completes open functions only.${note}`;
  // The name is what stands first in each: types and defaults follow it.
  const names = parameters.split(",").map((parameter) => /^\s*([A-Za-z_]\w*)/.exec(parameter)?.[1] ?? "");
  const own = names.filter((name) => name !== "" && name !== "self" && name !== "this");
  const value = own.length === 0 ? "0" : own.join(" + ");
  const end = comment === "//" ? ";" : "";
  // Behind a line break the whole line is missing, behind anything else only its rest.
  const lead = prompt.endsWith("\n") ? `${indent}    ` : `\n${indent}    `;
  return `${lead}return ${value}${end}${note}\n`;
}
