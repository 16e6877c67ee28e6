import { connect, type Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { IDE, mint, streamCalls, streamText } from "../client.ts";
import type { Check } from "./check.ts";

/** What the script of these checks says. */
export const SAID = "Grüße — 日本 ✓, one two three four.";

const PATIENCE_MS = 1500;

/** A chat answer as it came over the socket. */
interface Raw {
  head: string;
  /** The body, one entry for each HTTP chunk. */
  writes: Buffer[];
  /** The body came to its proper end. */
  complete: boolean;
  /** How the connection ended: the time was up, the server closed it, or it broke. */
  end: "open" | "closed" | "broken";
}

/** Sends a chat request over a bare socket, and reads until the body or the connection ends, or the time is up. */
async function raw(simulator: Simulator, patienceMs = 20_000, accept = "identity"): Promise<Raw> {
  const { port, host } = new URL(simulator.origin);
  const authorization = `Bearer ${await mint(simulator)}`;
  const body = JSON.stringify({
    model: "gpt-4.1",
    stream: true,
    messages: [{ role: "user", content: "hi" }],
  });
  const headers = {
    host,
    authorization,
    ...IDE,
    "content-type": "application/json",
    "accept-encoding": accept,
    "content-length": Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`POST /chat/completions HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  return receive(socket, patienceMs);
}

async function receive(socket: Socket, patienceMs: number): Promise<Raw> {
  let bytes = Buffer.alloc(0);
  const ended = new Promise<Raw["end"]>((resolve) => {
    socket.on("error", () => resolve("broken"));
    socket.on("close", () => resolve("closed"));
    socket.on("data", (piece) => {
      bytes = Buffer.concat([bytes, piece]);
      if (split(bytes).complete) resolve("open");
    });
  });
  const end = await Promise.race([ended, delay(patienceMs, "open" as const, { ref: false })]);
  socket.destroy();
  return { ...split(bytes), end };
}

/** Takes the chunked coding apart. */
function split(bytes: Buffer): Omit<Raw, "end"> {
  const start = bytes.indexOf("\r\n\r\n");
  if (start === -1) return { head: bytes.toString("latin1"), writes: [], complete: false };
  const head = bytes.subarray(0, start).toString("latin1");
  const writes: Buffer[] = [];
  for (let at = start + 4; ;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size =
      lineEnd === -1 ? Number.NaN : Number.parseInt(bytes.subarray(at, lineEnd).toString("latin1"), 16);
    if (Number.isNaN(size) || bytes.length < lineEnd + 2 + size + 2) return { head, writes, complete: false };
    if (size === 0) return { head, writes, complete: true };
    writes.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

const textOf = ({ writes }: Raw): string => Buffer.concat(writes).toString("utf8");
const middle = (text: string): boolean =>
  Buffer.from(text).toString("utf8") !== text || text.includes("\uFFFD");

/** Expects a whole answer that means the same as without the scenario, and looks at how it travelled. */
const framed =
  (look: (got: Raw) => void, plain: (text: string) => string = (text) => text): Check =>
  async (simulator) => {
    const got = await raw(simulator);
    expect(got).toMatchObject({ complete: true, head: expect.stringContaining(" 200 ") as unknown });
    expect(streamText(plain(textOf(got)))).toBe(SAID);
    look(got);
  };

/** Expects a body that stops without its end, in the given way. */
const stops =
  (end: Raw["end"], look: (got: Raw) => void, patienceMs?: number): Check =>
  async (simulator) => {
    const got = await raw(simulator, patienceMs);
    expect([got.complete, got.end]).toEqual([false, end]);
    look(got);
  };

const breaksFirst: Check = stops("broken", (got) => expect(got.head).toBe(""));
const breaksInside: Check = stops("broken", (got) => {
  expect(got.head).toContain(" 200 ");
  const text = streamText(textOf(got).replace(/\n\n[^\n]*$/, "\n\n"));
  expect(text.length).toBeGreaterThan(0);
  expect(SAID.startsWith(text)).toBe(true);
  expect(text).not.toBe(SAID);
  // It ends inside of an event.
  expect(textOf(got)).not.toMatch(/\n$/);
});

const once =
  (check: Check): Check =>
  async (simulator) => {
    await check(simulator);
    await framed(() => undefined)(simulator);
  };

const brokenArguments = (got: Raw): void => {
  const text = textOf(got);
  const [call] = streamCalls(text.replace(/\n\n[^\n]*$/, "\n\n"));
  expect(call?.name).toBe("read_file");
  expect(text).not.toContain('"finish_reason":"tool_calls"');
  expect(text).toMatch(/"arguments":"[^"]{0,3}$/);
};

/** How the bytes of an answer travel. */
export const wireChecks: Record<string, Check> = {
  "frame.byte_by_byte": framed((got) => {
    expect(new Set(got.writes.map((write) => write.length))).toEqual(new Set([1]));
  }),
  "frame.split_utf8": framed((got) => {
    expect(got.writes.filter((write) => middle(write.toString("utf8"))).length).toBeGreaterThan(4);
  }),
  "frame.crlf": framed(
    (got) => expect(textOf(got).replaceAll("\r\n", "")).not.toContain("\n"),
    (text) => text.replaceAll("\r\n", "\n"),
  ),
  "frame.comments": framed(
    (got) => expect(textOf(got).match(/^: keep-alive$/gm)?.length).toBeGreaterThan(4),
    (text) => text.replaceAll(/^(?:id|retry): .*\n/gm, ""),
  ),
  "frame.bad_json_line": framed(
    (got) => expect(textOf(got)).toContain('\n\ndata: {"choices":[{"index\n\n'),
    (text) => text.replace('data: {"choices":[{"index\n\n', ""),
  ),
  "frame.data_without_space": framed(
    (got) => expect(textOf(got)).not.toMatch(/^data: /m),
    (text) => text.replaceAll(/^data:/gm, "data: "),
  ),
  "frame.two_events_one_packet": framed((got) => {
    const counts = got.writes.map((write) => write.toString("utf8").match(/^data: /gm)?.length);
    expect(counts.slice(0, -1).every((count) => count === 2)).toBe(true);
  }),
  "frame.gzip": async (simulator) => {
    const got = await raw(simulator, 20_000, "gzip");
    expect(got.complete).toBe(true);
    expect(got.head).toContain("content-encoding: gzip");
    expect(streamText(gunzipSync(Buffer.concat(got.writes)).toString("utf8"))).toBe(SAID);
    expect((await raw(simulator)).head).not.toContain("content-encoding");
  },
  "cut.before_headers": breaksFirst,
  "cut.before_headers_once": once(breaksFirst),
  "cut.after_headers": stops("broken", (got) => {
    expect(got.head).toContain(" 200 ");
    expect(got.writes).toEqual([]);
  }),
  "cut.mid_text": breaksInside,
  "cut.mid_text_once": once(breaksInside),
  "cut.mid_tool_args": stops("broken", brokenArguments),
  "cut.clean_end_mid_tool_args": async (simulator) => {
    const got = await raw(simulator);
    expect(got).toMatchObject({ complete: true, end: "open" });
    brokenArguments(got);
  },
  // The waits of these four are for nothing to come: a slow machine cannot make them fail. They are long, so that
  // without the scenario a slow machine has time to answer.
  "stall.headers": stops("open", (got) => expect(got.head).toBe(""), PATIENCE_MS),
  "stall.first_chunk": stops("open", (got) => expect(got.writes).toEqual([]), PATIENCE_MS),
  "stall.mid": stops(
    "open",
    (got) => expect(SAID.startsWith(streamText(textOf(got)))).toBe(true),
    PATIENCE_MS,
  ),
  "stall.keepalive_only": stops(
    "open",
    (got) => expect(textOf(got).replaceAll(": keep-alive\n\n", "")).toBe(""),
    PATIENCE_MS,
  ),
};
