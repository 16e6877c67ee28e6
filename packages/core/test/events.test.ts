import { decodeLines, encodeLine } from "@zotpilot/ndjson";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  emptyTranscript,
  isDurable,
  foldTranscript,
  reduceTranscript,
  type AgentEvent,
} from "../src/index.ts";
import { pairCalls } from "../src/events/pairing.ts";
import { durableEvent } from "../src/events/schema.ts";
import { encodeEvent } from "../src/rpc/index.ts";
import { anyEvent } from "./support/arbitrary.ts";
import { pairingProblems } from "./support/run.ts";

const events = fc.array(anyEvent, { maxLength: 40 });

test("an event survives JSON unchanged", () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      expect(JSON.parse(JSON.stringify(event))).toEqual(event);
    }),
  );
});

test("the schema accepts every durable event, changes nothing in it, and accepts no live one", () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const parsed = durableEvent.safeParse(JSON.parse(JSON.stringify(event)));
      expect(parsed.success).toBe(isDurable(event));
      if (parsed.success) expect(parsed.data).toEqual(event);
    }),
  );
});

test("a durable event survives a line of the session file", async () => {
  await fc.assert(
    fc.asyncProperty(anyEvent, async (event) => {
      async function* source() {
        yield encodeLine(event);
      }
      const [line] = await Array.fromAsync(decodeLines(source()));
      expect(line?.type === "line" && JSON.parse(line.text)).toEqual(event);
    }),
  );
});

test("folding all events and folding the durable ones give the same conversation", () => {
  fc.assert(
    fc.property(events, (all) => {
      const durable = all.filter(isDurable);
      expect(all.reduce(reduceTranscript, emptyTranscript)).toEqual(
        durable.reduce(reduceTranscript, emptyTranscript),
      );
    }),
  );
});

test("folding is pure: neither the conversation nor the event is changed, and parts fold like the whole", () => {
  const freeze = <Value>(value: Value): Value => {
    if (typeof value === "object" && value !== null) {
      Object.freeze(value);
      for (const inner of Object.values(value)) freeze(inner);
    }
    return value;
  };
  fc.assert(
    fc.property(events, fc.nat(), (all, cut) => {
      const frozen = all.map((event) => freeze(structuredClone(event)));
      const middle = cut % (frozen.length + 1);
      const before = freeze(
        frozen.slice(0, middle).reduce(reduceTranscript, freeze(structuredClone(emptyTranscript))),
      );
      expect(frozen.slice(middle).reduce(reduceTranscript, before)).toEqual(
        all.reduce(reduceTranscript, emptyTranscript),
      );
    }),
  );
});

test("whatever events a file holds, after mending calls and results pair up, and mending again changes nothing", () => {
  fc.assert(
    fc.property(events, (all) => {
      const paired = pairCalls(all.filter(isDurable));
      const { messages } = paired.events.reduce(reduceTranscript, emptyTranscript);
      // Calls at the very end are answered when the session is opened.
      const closed = messages.concat({ role: "user", content: [] });
      const open = pairingProblems(closed).filter((problem) => problem.endsWith("without a call before it"));
      expect(open).toEqual([]);
      expect(pairCalls(paired.events)).toEqual({ events: paired.events, added: 0, dropped: 0 });
    }),
  );
});

test("every event has a wire form: objects with a type, in plain JSON", () => {
  fc.assert(
    fc.property(anyEvent, (event: AgentEvent) => {
      for (const wire of encodeEvent(event)) {
        expect(wire.type).toMatch(/^[a-z_]+$/);
        expect(JSON.parse(JSON.stringify(wire))).toEqual(wire);
      }
    }),
  );
});

test("folding many events at once gives what folding them one after another gives", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      expect(foldTranscript(events)).toEqual(events.reduce(reduceTranscript, emptyTranscript));
    }),
  );
});
