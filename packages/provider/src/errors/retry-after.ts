import { readQuotaValue } from "./quota-value.ts";

/** Response headers as undici gives them: lower-case names. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The value of a header that is expected once; the first one when it came more often. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** What a `Date` header says, in milliseconds since 1970, if it can be read. */
export function serverTime(headers: ResponseHeaders): number | undefined {
  const time = Date.parse(headerOf(headers, "date") ?? "");
  return Number.isFinite(time) ? time : undefined;
}

/**
 * How long the service wants us to wait, in milliseconds: `retry-after` as seconds or as a date (of HTTP or ISO 8601),
 * else the reset time of GitHub's REST limit; a hundred years at most. Dates are compared with the answer's own `Date`, so that a wrong local clock does not matter.
 */
export function retryAfterOf(headers: ResponseHeaders): number | undefined {
  const now = serverTime(headers) ?? Date.now();
  const value = headerOf(headers, "retry-after")?.trim();
  if (value !== undefined && value !== "") {
    // Digits first: Date.parse("120") is the year 120.
    if (/^\d+(?:\.\d+)?$/.test(value)) return bounded(Math.round(Number(value) * 1000));
    // Only what has the name of a month in it or is ISO 8601: Date.parse finds a date in almost anything, such as "-5".
    const isDate = /[a-z]{3}/i.test(value) || /^\d{4}-\d{2}-\d{2}T/.test(value);
    const date = isDate ? Date.parse(value) : Number.NaN;
    if (Number.isFinite(date)) return bounded(date - now);
  }
  const reset = Number(headerOf(headers, "x-ratelimit-reset"));
  if (headerOf(headers, "x-ratelimit-remaining") === "0" && Number.isFinite(reset) && reset > 0) {
    return bounded(reset * 1000 - now);
  }
  return undefined;
}

/** A hundred years; what is longer could not be told as a date, or not as a number. */
const LONGEST_WAIT_MS = 36_525 * 86_400_000;

function bounded(wait: number): number {
  return Math.min(LONGEST_WAIT_MS, Math.max(0, wait));
}

/**
 * When a limit ends, ISO 8601: by what the service wants us to wait, else by the quota headers of an allowance that is
 * used up.
 */
export function resetTimeOf(headers: ResponseHeaders): string | undefined {
  const wait = retryAfterOf(headers);
  if (wait !== undefined) return isoOf((serverTime(headers) ?? Date.now()) + wait);
  const spent = Object.keys(headers)
    .filter((name) => /^x-(?:quota-snapshot|usage-ratelimit)-/.test(name))
    .map((name) => readQuotaValue(headerOf(headers, name) ?? ""))
    .filter((value) => value !== undefined && value.percentRemaining === 0 && value.entitlement >= 0);
  return spent
    .flatMap((value) => value?.resetsAt ?? [])
    .toSorted()
    .at(-1);
}

function isoOf(time: number): string | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** A waiting time for a person: `45 seconds`, `12 minutes`, `58 hours`, `9 days`. */
export function formatWait(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const units: readonly [string, number][] = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ];
  for (const [name, size] of units) {
    if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${name}s`;
  }
  return seconds === 1 ? "1 second" : `${seconds} seconds`;
}
