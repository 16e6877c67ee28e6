import type { Credential } from "../../src/index.ts";

/** A credential as the children save it; `size` is the length of its token. */
export function sample(login: string, size = 40): Credential {
  return {
    type: "oauth",
    host: "github.com",
    login,
    token: `ghu_${"x".repeat(size)}`,
    createdAt: "2026-01-02T03:04:05.000Z",
  };
}
