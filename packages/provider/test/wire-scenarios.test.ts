import { describe, expect, test } from "vitest";
import { collectMessage, textOf } from "../src/index.ts";
import { continued, requestFor, startWire } from "./conformance/wire-requests.ts";

// What one request comes to is in conformance.test.ts. These scenarios take more than one.

describe("state that is not taken back", () => {
  test.each(["responses.encrypted_rejected", "messages.invalid_signature_once"])(
    "%s: left out once and for all, and asked again once",
    async (name) => {
      const { copilot, simulator } = await startWire(name);
      const request = requestFor(name);
      const first = await collectMessage(copilot.stream(request));
      expect(first.finishReason).toBe("tool_calls");
      const second = continued(request, first.message);
      const before = simulator.requests.length;
      expect(textOf((await collectMessage(copilot.stream(second))).message)).toBe("From the script.");
      expect(simulator.requests.slice(before).map(({ status }) => status)).toEqual([400, 200]);
      // The conversation goes on with the same history, and is not refused again.
      expect(textOf((await collectMessage(copilot.stream(second))).message)).toBe("From the script.");
      expect(simulator.requests.slice(before).map(({ status }) => status)).toEqual([400, 200, 200]);
      const initiators = simulator.requests.slice(before).map(({ headers }) => headers["x-initiator"]);
      expect(new Set(initiators)).toEqual(new Set(["agent"]));
    },
  );

  test("responses.reasoning_id_check: an id that may be sent again goes back as it was when the item was done", async () => {
    const { copilot, simulator } = await startWire("responses.reasoning_id_check");
    const request = requestFor("responses.reasoning_id_check");
    const first = await collectMessage(copilot.stream(request));
    const second = await collectMessage(copilot.stream(continued(request, first.message)));
    expect(textOf(second.message)).toBe("From the script.");
    expect(simulator.requests.at(-1)?.status).toBe(200);
    expect(JSON.stringify(simulator.requests.at(-1)?.body)).toMatch(/"id":"rs_[0-9a-f]{48}"/);
  });
});
