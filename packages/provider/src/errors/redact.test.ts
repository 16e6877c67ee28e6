import { expect, test } from "vitest";
import { displayText, redact } from "./redact.ts";

const MAC = "0123456789abcdef".repeat(4);

test.each([
  ["an app's token", "x ghu_abcDEF123 y", "x [redacted] y"],
  ["a personal token", "github_pat_11AAAA_bbbb", "[redacted]"],
  ["a Copilot token", `t tid=ab;exp=1;ip=192.0.2.1;asn=AS1:${MAC} u`, "t [redacted] u"],
  ["a header", `Authorization: Bearer ${MAC}`, "Authorization: [redacted]"],
  ["a header without digits", "authorization: token abcdefghijklmnopqrstuvwxyz", "authorization: [redacted]"],
  ["an API key", "sk-abcdefghijklmnop1234", "[redacted]"],
  ["a password in a URL", "http://me:secret@proxy.example:8080", "http://[redacted]@proxy.example:8080"],
  [
    "nothing secret",
    "IDE token expired: unauthorized: token expired",
    "IDE token expired: unauthorized: token expired",
  ],
])("%s", (_name, given, shown) => {
  expect(redact(given)).toBe(shown);
});

test("text of a stranger is one line, short, and cannot steer a terminal", () => {
  expect(displayText("a\u001b[31m\nb\r\n\u202Ec\u0000")).toBe("a [31m b c");
  expect(displayText("x".repeat(1000))).toHaveLength(301);
  expect(displayText("x".repeat(10_000_000), 10)).toBe(`${"x".repeat(10)}…`);
});

test("a secret that the cut goes through is not shown either", () => {
  const token = `ghu_${"a".repeat(36)}`;
  for (let before = 0; before < 400; before += 1) {
    const shown = displayText(`${" .".repeat(before)} ${token}`);
    expect(shown).not.toMatch(/ghu_a/);
    expect(shown).not.toMatch(/aaaaaaaa/);
  }
});
