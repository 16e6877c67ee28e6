import { expect, test } from "vitest";
import { hideSecrets } from "./hide-secrets.ts";
import { ProviderError } from "./provider-error.ts";

const SECRET = "0123456789abcdef:org:exp:mac";

test.each([
  [`bad ${SECRET} sent`, "bad [redacted] sent"],
  [`${SECRET}${SECRET}, ${SECRET}`, "[redacted][redacted], [redacted]"],
  [`cut: ${SECRET.slice(0, 20)}…`, "cut: [redacted]…"],
  [`next to it: ${SECRET}xyz`, "next to it: [redacted]xyz"],
])("%s", (message, wanted) => {
  const error = new ProviderError("bad_request", message, {
    cause: new Error(SECRET),
    retryable: true,
    status: 400,
  });
  const hidden = hideSecrets(error, ["ghu_another_one", SECRET]) as ProviderError;
  expect(hidden).toMatchObject({ message: wanted, code: "bad_request", retryable: true, status: 400 });
  expect(hidden.cause).toBeUndefined();
});

test("a cause alone may quote it; what quotes none stays the same error, and a placeholder is no secret", () => {
  const quoting = new ProviderError("network", "It broke.", { cause: new Error(`said ${SECRET}`) });
  expect((hideSecrets(quoting, [SECRET]) as ProviderError).cause).toBeUndefined();
  const plain = new ProviderError("network", "Asking broke.", { cause: new Error("asked") });
  expect(hideSecrets(plain, [SECRET, "", "g", "key"])).toBe(plain);
  const other = new Error(SECRET);
  expect(hideSecrets(other, [SECRET])).toBe(other);
});
