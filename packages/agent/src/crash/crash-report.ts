import { safeLine } from "../errors.ts";

/** What a crash report says besides the error. */
export interface CrashFacts {
  readonly version: string;
  readonly at: Date;
  /** How long the program ran, in seconds. */
  readonly uptimeSeconds: number;
  readonly heapUsedBytes: number;
  readonly heapLimitBytes: number;
}

const longestLine = 300;
const mostFrames = 40;
const mostCauses = 4;

/**
 * What can be told about a fault without telling what was said: kinds of errors, places in code, numbers. Messages are
 * left out, except those of JavaScript itself, which name things in code; of paths only the end is told.
 */
export function crashReport(error: unknown, facts: CrashFacts): string {
  const { version, at, uptimeSeconds, heapUsedBytes, heapLimitBytes } = facts;
  const { platform, arch, versions } = process;
  return [
    "zotpilot ended because of a fault in itself. This report holds no prompts, answers or tokens, and nothing of the",
    "environment; it can be shown to whoever is to mend the fault.",
    "",
    `zotpilot ${version}, Node.js ${versions.node}, ${platform} ${arch}`,
    `${at.toISOString()}, after ${Math.round(uptimeSeconds)} s, heap ${megabytes(heapUsedBytes)} of ${megabytes(heapLimitBytes)}`,
    "",
    ...chain(error).flatMap((one, depth) => [
      `${depth === 0 ? "" : "caused by "}${title(one)}`,
      ...frames(one).slice(0, mostFrames),
    ]),
    "",
  ].join("\n");
}

/** The kind of an error, with its code, and its message where that comes from JavaScript itself. */
function title(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const code = (error as { code?: unknown }).code;
  const kind = `${identifier(error.name) ?? "Error"}${typeof code === "string" && identifier(code) ? ` [${code}]` : ""}`;
  const isOfLanguage = engineErrors.some((type) => error.constructor === type) && code === undefined;
  if (!isOfLanguage) return kind;
  const message = safeLine(error.message);
  return engineMessages.some((known) => known.test(message))
    ? `${kind}: ${message}`.slice(0, longestLine)
    : kind;
}

const engineErrors: readonly unknown[] = [TypeError, ReferenceError, RangeError];

/** Sentences of V8 that hold nothing but names in code. Libraries throw these kinds, too, with whatever they got. */
const engineMessages: readonly RegExp[] = [
  /^Cannot (read|set) properties of (undefined|null)( \((reading|setting) '[\w$#]{1,60}'\))?$/,
  /^[\w$.#()[\]]{1,80} is not (a function|a constructor|iterable|defined|an object)$/,
  /^Cannot access '[\w$]{1,60}' before initialization$/,
  /^Assignment to constant variable\.$/,
  /^Maximum call stack size exceeded$/,
  /^Invalid (array|string|typed array) length(: \d+)?$/,
  /^Array buffer allocation failed$/,
];

function identifier(text: string): string | undefined {
  return /^[A-Za-z_$][\w$]{0,59}$/.test(text) ? text : undefined;
}

/** Where it happened. The message stands before the frames and is not one of them, whatever it looks like. */
function frames(error: unknown): string[] {
  if (!(error instanceof Error) || typeof error.stack !== "string") return [];
  const { stack, message } = error;
  const start = message === "" ? 0 : stack.indexOf(message) + message.length;
  return stack.slice(start).split("\n").flatMap(frame);
}

function frame(text: string): string[] {
  const [, name, place, bare] = /^ {4}at (?:(.{1,200}?) \((.{1,2000})\)|(.{1,2000}))$/.exec(text) ?? [];
  const where = place ?? bare;
  if (where === undefined) return [];
  const end = /([^\\/]+[\\/])?[^\\/]+:\d+:\d+$/.exec(where)?.[0];
  const told = end ?? (/^(<anonymous>|native|index \d+)$/.test(where) ? where : "…");
  return [safeLine(`at ${name === undefined ? told : `${name} (${told})`}`)].map((line) =>
    `    ${line}`.slice(0, longestLine),
  );
}

/** The error and what caused it, the outermost first. */
function chain(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let next = error; found.length < mostCauses;) {
    found.push(next);
    const cause = next instanceof Error ? next.cause : undefined;
    if (cause === undefined || found.includes(cause)) break;
    next = cause;
  }
  return found;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
