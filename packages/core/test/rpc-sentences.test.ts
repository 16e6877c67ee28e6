import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeRequest, requests } from "../src/rpc/protocol.ts";

const fields = [...new Set(Object.values(requests).flatMap(({ shape }) => Object.keys(shape)))];
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom("allow", "deny", "project", true, null, "x"),
  fc.array(fc.record({ mime_type: fc.jsonValue(), data: fc.jsonValue() }, { requiredKeys: [] })),
);
const request = fc
  .tuple(
    fc.constantFrom(...Object.keys(requests)),
    fc.dictionary(fc.constantFrom(...fields.filter((field) => field !== "type")), value),
  )
  .map(([type, given]) => ({ ...given, type }));

const sentence =
  /^(malformed json: id must be a string, got |[a-z_]+ needs "[^"]+": |[a-z_]+: "[^"]+" must be (an? |"))/;

test("whatever stands in the fields of a request, it is understood, or refused in one sentence that names the field", () => {
  let refused = 0;
  fc.assert(
    fc.property(request, (given) => {
      const decoded = decodeRequest({ type: "line", number: 1, text: JSON.stringify(given) }, 1000);
      if (decoded.type === "request") {
        expect(decoded.request.type).toBe(given.type);
        return;
      }
      refused += 1;
      if (decoded.type !== "refused") throw new Error(decoded.type);
      expect(decoded.response.error).toMatch(sentence);
      expect(decoded.response.error).not.toMatch(/Invalid|received|undefined|[\n✖→]/);
    }),
    process.env["ZOTPILOT_TEST_LONG"] ? { numRuns: 20_000 } : { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(50);
});
