/** What comes of `complete()`: the texts, or the code of the error. */
export const COMPLETIONS: Readonly<
  Record<string, { texts?: string[]; code?: string; count?: number; exchanges?: number }>
> = {
  "fim.text": { texts: ["    return a + b\n"], count: 1 },
  "fim.n2": { texts: ["ab", "x"] },
  "fim.n3_interleaved": { texts: ["a + b", "sum(a, b)", "return b + a"] },
  "fim.402": { code: "quota_exceeded", count: 1 },
  "fim.429": { code: "rate_limited", count: 1 },
  "fim.466": { code: "bad_request", count: 1 },
  "fim.error_line": { code: "server_error", count: 1 },
  "fim.401": { count: 2, exchanges: 2 },
};
