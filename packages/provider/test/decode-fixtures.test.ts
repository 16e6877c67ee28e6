import { describe, expect, test } from "vitest";
import { ProviderError } from "../src/errors.ts";
import type { WireFormat } from "../src/wire/wire-format.ts";
import { decode, grammarFaults, seeded, summary, wires, type Decoded } from "./decoding.ts";
import { fixture } from "./fixtures.ts";

interface Expected {
  outcome: "ok" | "filtered" | "refusal" | "incomplete" | "error" | "empty";
  reason?: string;
  text?: string;
  texts?: string[];
  text_seen?: string;
  thinking?: string;
  signature?: string;
  reasoning_text?: string;
  reasoning_opaque?: string;
  reasoning_opaque_pieces?: string[];
  encrypted_content?: string;
  cot_id?: string;
  tool_calls?: { id: string; name: string; arguments: unknown }[];
  stop_reason?: string;
  usage?: Record<string, number> | null;
  total_nano_aiu?: number;
  code?: string | null;
}

const expected = JSON.parse(fixture("expected.json")) as Record<string, Expected>;
const names = Object.keys(expected).filter((name) => /^(?:chat|responses|messages)-/.test(name));

/** Everything, for a long run, or a sample that is the same each time. */
const LONG = process.env["ZOTPILOT_TEST_LONG"] === "1";
const SAMPLE = 120;

function wireOf(name: string): WireFormat {
  return wires[name.split("-", 1)[0] as keyof typeof wires];
}

function positions(length: number, seed: number): number[] {
  const all = Array.from({ length }, (_, at) => at);
  if (LONG || length <= SAMPLE) return all;
  const random = seeded(seed);
  // The ends are where it is decided whether an answer is whole.
  const last = all.slice(-24);
  return [...new Set([...Array.from({ length: SAMPLE }, () => random(length)), ...last])];
}

function check(name: string, decoded: Decoded): void {
  const want = expected[name] as Expected;
  const got = summary(decoded);
  expect(grammarFaults(decoded)).toEqual([]);
  if (want.outcome === "error" || want.outcome === "empty") {
    expect(decoded.error).toBeInstanceOf(ProviderError);
    expect(decoded.error?.retryable).toBe(true);
    expect(got.text).toBe(want.text_seen ?? "");
    if (want.code != null) expect(decoded.error?.serviceCode).toBe(want.code);
    return;
  }
  expect(decoded.error).toBeUndefined();
  if (want.outcome === "filtered" || want.outcome === "refusal" || want.outcome === "incomplete") {
    expect(got.finish).toBe(want.reason === "max_output_tokens" ? "length" : "content_filter");
    expect(got.text).toBe(want.text_seen ?? "");
    return;
  }
  expect(got.text).toBe(want.texts ? want.texts.join("") : want.text);
  expect(got.calls).toEqual(want.tool_calls ?? []);
  expect(got.finish).toBe(want.tool_calls?.length ? "tool_calls" : "end");
  const thoughts = want.reasoning_text ?? want.thinking;
  if (thoughts !== undefined) expect(got.reasoningText).toBe(thoughts);
  const state = want.reasoning_opaque ?? want.encrypted_content ?? want.signature;
  if (state !== undefined) expect(got.opaque).toBe(state);
  if (want.reasoning_opaque_pieces) expect(got.opaque).toBe(want.reasoning_opaque_pieces.join(""));
  if (want.cot_id !== undefined) expect(got.opaque).toBe(`cot_id:${want.cot_id}`);
  if (want.total_nano_aiu !== undefined) expect(got.usage?.nanoAiu).toBe(want.total_nano_aiu);
  checkUsage(name, want, got.usage);
}

function checkUsage(name: string, want: Expected, got: ReturnType<typeof summary>["usage"]): void {
  if (want.usage === null) expect(got).toBeUndefined();
  if (!want.usage) return;
  const { prompt, completion, cached, input = 0, output, cache_read, cache_write } = want.usage;
  expect(got?.inputTokens).toBe(prompt ?? input + (cache_read ?? 0) + (cache_write ?? 0));
  expect(got?.cacheWriteTokens).toBe(cache_write);
  // expected.json holds the wire's own number; Gemini counts reasoning beside it, our port inside it.
  const beside = name === "chat-stream-reasoning.sse" ? (got?.reasoningTokens ?? 0) : 0;
  expect((got?.outputTokens ?? 0) - beside).toBe(completion ?? output);
  const fromCache = cached ?? cache_read;
  if (fromCache !== undefined) expect(got?.cachedInputTokens).toBe(fromCache);
}

/** Whether all that matters of a fixture of a wire with an end of its own is in its first `length` bytes. */
function holdsEnd(text: string): boolean {
  return /^data: \{"type":"(?:message_stop|response\.(?:completed|incomplete))".*\}$/m.test(text);
}

/** A cut chat answer may count as finished only where the protocol lets an answer end. */
function mayEnd(bytes: Uint8Array, at: number): boolean {
  const cut = Buffer.from(bytes.subarray(0, at)).toString("utf8");
  if (!cut.endsWith("\n") && bytes[at] !== 0x0a) return false;
  // Between two events nothing tells a cut from an end: accepted after a reason, and from services that never name one.
  return /"finish_reason": ?"/.test(cut) || !cut.includes('"finish_reason"');
}

describe.each(names)("%s", (name) => {
  const wire = wireOf(name);
  const bytes = Buffer.from(fixture(name), "utf8");
  const crlf = Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r\n"), "utf8");

  test("decodes to what expected.json says", async () => {
    check(name, await decode(wire, [bytes]));
  });

  test("frame.byte_by_byte, frame.split_utf8: in pieces of one byte", async () => {
    check(
      name,
      await decode(
        wire,
        [...bytes].map((byte) => Uint8Array.of(byte)),
      ),
    );
  });

  test("frame.crlf: with CRLF line ends, whole and in pieces of one byte", async () => {
    check(name, await decode(wire, [crlf]));
    check(
      name,
      await decode(
        wire,
        [...crlf].map((byte) => Uint8Array.of(byte)),
      ),
    );
  });

  test.each([
    ["LF", bytes],
    ["CRLF", crlf],
  ])("split in two at any byte, %s", async (_ends, given) => {
    const whole = summary(await decode(wire, [given]));
    for (const at of positions(given.length, 1)) {
      const halves = await decode(wire, [given.subarray(0, at), given.subarray(at)]);
      expect(summary(halves), `split at ${at}`).toEqual(whole);
    }
  });

  test.each([
    ["LF", bytes],
    ["CRLF", crlf],
  ])("F-22, cut.*: cut at any byte with a clean end, never a half answer, %s", async (_ends, given) => {
    const whole = summary(await decode(wire, [given]));
    for (const at of positions(given.length, 2)) {
      const decoded = await decode(wire, [given.subarray(0, at)]);
      const got = summary(decoded);
      expect(grammarFaults(decoded), `cut at ${at}`).toEqual([]);
      expect(whole.text.startsWith(got.text), `cut at ${at}: text is a beginning`).toBe(true);
      expect(
        got.calls.length === 0 || JSON.stringify(got.calls) === JSON.stringify(whole.calls),
        `cut at ${at}: all tool calls or none`,
      ).toBe(true);
      if (decoded.error) continue;
      if (wire !== wires.chat) {
        const cut = given.subarray(0, at).toString("utf8").replaceAll("\r", "");
        expect(holdsEnd(cut), `cut at ${at}: finished without its end`).toBe(true);
        expect(got, `cut at ${at}: short`).toEqual(whole);
      } else if (!mayEnd(given, at) && given[at] !== 0x0d) {
        expect({ ...got, usage: undefined }, `cut at ${at}: short`).toEqual({ ...whole, usage: undefined });
      }
    }
  });

  test("random bytes put in: never hangs, never a broken call", async () => {
    const random = seeded(7);
    for (let round = 0; round < (LONG ? 20_000 : 200); round += 1) {
      const at = random(bytes.length);
      const noise = Uint8Array.from({ length: 1 + random(6) }, () => random(256));
      const given = round % 4 === 0 ? crlf : bytes;
      const decoded = await decode(wire, [given.subarray(0, at), noise, given.subarray(at)]);
      expect(grammarFaults(decoded), `noise ${noise.join()} at ${at}`).toEqual([]);
      // summary() parses the arguments of every call that counts as complete.
      expect(summary(decoded).finish !== undefined).toBe(decoded.error === undefined);
    }
  });

  test("any line left out or sent twice: never a broken call", async () => {
    const lines = bytes.toString("utf8").split(/(?<=\n\n)/);
    for (let at = 0; at < lines.length; at += 1) {
      for (const changed of [lines.toSpliced(at, 1), lines.toSpliced(at, 0, lines[at] ?? "")]) {
        const decoded = await decode(wire, [Buffer.from(changed.join(""))]);
        expect(grammarFaults(decoded), `line ${at}`).toEqual([]);
        expect(summary(decoded).finish !== undefined).toBe(decoded.error === undefined);
      }
    }
  });

  if (name.endsWith(".sse")) {
    test("frame.comments, frame.data_without_space, byte order mark", async () => {
      const odd = `\uFEFF: hello\n\n${bytes.toString("utf8").replaceAll("data: ", ": ping\n\ndata:")}`;
      check(name, await decode(wire, [Buffer.from(odd, "utf8")]));
    });
  }
});
