import { constants, createGzip } from "node:zlib";
import type { Call } from "../http/call.ts";
import type { Reply, Step, StreamReply } from "../http/reply.ts";
import type { Scenario } from "./scenario.ts";
import { streamOf } from "./streams.ts";
import { bringsToolResults, reshape } from "./tools.ts";

type Reshaping = (steps: Step[]) => StreamReply["steps"];

const data = (bytes: string | Uint8Array): Step => ({ type: "data", bytes });
const textOf = (step: Step): string => (step.type === "data" ? Buffer.from(step.bytes).toString("utf8") : "");

function wire(name: string, summary: string, change: Reshaping): Scenario {
  return { name, summary, play: () => ({ wire: async (_call, next) => reshape(await next(), change) }) };
}

/** Changes each write, leaving pauses alone. */
function eachWrite(change: (text: string) => readonly (string | Uint8Array)[]): Reshaping {
  return (steps) => steps.flatMap((step) => (step.type === "data" ? change(textOf(step)).map(data) : [step]));
}

function once(scenario: Scenario): Scenario {
  return {
    name: `${scenario.name}_once`,
    summary: `${scenario.summary}, once`,
    play(world) {
      const hooks = scenario.play(world);
      let played = false;
      return {
        wire: (call, next) => {
          if (played || hooks.wire === undefined) return next();
          played = true;
          return hooks.wire(call, next);
        },
      };
    },
  };
}

const beforeHeaders: Scenario = {
  name: "cut.before_headers",
  summary: "the connection breaks before the answer begins",
  play: () => ({ wire: () => ({ type: "reset" }) }),
};
const midText = wire("cut.mid_text", "the connection breaks in the middle of the answer", (steps) =>
  cutInside(steps, middle(steps), { type: "reset" }),
);

/** How the bytes of a stream travel. */
export const wireScenarios: readonly Scenario[] = [
  wire(
    "frame.byte_by_byte",
    "one byte a write",
    eachWrite((text) => Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte))),
  ),
  wire("frame.split_utf8", "writes end inside of characters", eachWrite(splitInsideCharacters)),
  wire(
    "frame.crlf",
    "lines end with CR LF",
    eachWrite((text) => [text.replaceAll("\n", "\r\n")]),
  ),
  wire(
    "frame.comments",
    "comments and other fields stand between the events",
    eachWrite((text) => [`: keep-alive\n\nid: 1\nretry: 1000\n${text}`]),
  ),
  wire("frame.bad_json_line", "a line that is no JSON comes after the first event", (steps) => {
    const first = steps.findIndex((step) => step.type === "data");
    return [...steps.slice(0, first + 1), data('data: {"choices":[{"index\n\n'), ...steps.slice(first + 1)];
  }),
  wire(
    "frame.data_without_space",
    "no space after data:",
    eachWrite((text) => [text.replaceAll(/^data: /gm, "data:")]),
  ),
  wire("frame.two_events_one_packet", "two events a write", (steps) => {
    const writes = steps.filter((step) => step.type === "data").map(textOf);
    return writes.flatMap((text, index) => (index % 2 === 0 ? [data(text + (writes[index + 1] ?? ""))] : []));
  }),
  {
    name: "frame.gzip",
    summary: "the body is compressed, if the client accepts that",
    play: () => ({
      wire: async (call, next) => {
        const reply = await next();
        const isWanted = reply.type === "stream" && (call.headers["accept-encoding"] ?? "").includes("gzip");
        if (!isWanted) return reply;
        return {
          ...reply,
          headers: { ...reply.headers, "content-encoding": "gzip" },
          steps: gzipped(reply.steps),
        };
      },
    }),
  },
  beforeHeaders,
  once(beforeHeaders),
  wire("cut.after_headers", "the connection breaks after the headers", () => [{ type: "reset" }]),
  midText,
  once(midText),
  argumentsCut("cut.mid_tool_args", "the connection breaks inside of a tool call's arguments", [
    { type: "reset" },
  ]),
  argumentsCut(
    "cut.clean_end_mid_tool_args",
    "the body ends, cleanly, inside of a tool call's arguments",
    [],
  ),
  {
    name: "stall.headers",
    summary: "never answers a model call",
    play: () => ({ wire: () => ({ type: "hang" }) }),
  },
  wire("stall.first_chunk", "nothing comes after the headers", () => [{ type: "stall" }]),
  wire("stall.mid", "nothing more comes after half of the answer", (steps) => [
    ...steps.slice(0, middle(steps)),
    { type: "stall" },
  ]),
  wire("stall.keepalive_only", "only comments come, for ever", () => keepAlive()),
];

/** A cut inside the arguments of a tool call; plays a stream with tool calls when the answer has none. */
function argumentsCut(name: string, summary: string, end: readonly Step[]): Scenario {
  return {
    name,
    summary,
    play: () => ({
      wire: async (call, next) => {
        const reply = await withToolCall(call, await next());
        return reshape(reply, (steps) => {
          const index = steps.findLastIndex(hasArguments);
          return index === -1 ? steps : [...halfOf(steps, index), ...end];
        });
      },
    }),
  };
}

async function withToolCall(call: Call, reply: Reply): Promise<Reply> {
  if (reply.type !== "stream" || bringsToolResults(call)) return reply;
  let has = false;
  const kept = await reshape(reply, (steps) => {
    has = steps.some(hasArguments);
    return steps;
  });
  const load = TOOL_STREAMS[call.path];
  return has || load === undefined ? kept : streamOf((await load()).stream);
}

/** A stream with tool calls for each endpoint that has them. */
const TOOL_STREAMS: Record<string, () => Promise<{ stream: string }>> = {
  "/chat/completions": () => import("../fixtures/parallel-tools.ts"),
  "/responses": () => import("../fixtures/responses.ts"),
  "/v1/messages": () => import("../fixtures/messages.ts"),
};

function hasArguments(step: Step): boolean {
  return argumentsStart(textOf(step)) !== -1;
}

/** Where a piece of a tool call's arguments begins; -1 when there is none, or an empty one. */
function argumentsStart(text: string): number {
  // The events of /responses repeat whole arguments in the end; only their deltas are pieces.
  const isResponse = text.startsWith("event: response.");
  if (isResponse && !text.startsWith("event: response.function_call_arguments.delta\n")) return -1;
  const match = (isResponse ? /"delta":"(?!")/ : /"(?:arguments|partial_json)":"(?!")/).exec(text);
  return match === null ? -1 : match.index + match[0].length;
}

/** The index of the write in the middle. */
function middle(steps: readonly Step[]): number {
  const writes = steps.flatMap((step, index) => (step.type === "data" ? [index] : []));
  return writes[Math.floor(writes.length / 2)] ?? 0;
}

function cutInside(steps: readonly Step[], index: number, end: Step): Step[] {
  return [...halfOf(steps, index), end];
}

/** Everything before a write, and half of it. */
function halfOf(steps: readonly Step[], index: number): Step[] {
  const text = textOf(steps[index] ?? data(""));
  const start = argumentsStart(text);
  const end = start === -1 ? Math.floor(text.length / 2) : start + 1;
  return [...steps.slice(0, index), data(text.slice(0, end))];
}

function splitInsideCharacters(text: string): Uint8Array[] {
  const bytes = Buffer.from(text);
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    // A byte of the form 10xxxxxx continues a character; cutting before it cuts the character.
    if (((bytes[index] ?? 0) & 0xc0) === 0x80) {
      pieces.push(bytes.subarray(start, index));
      start = index;
    }
  }
  return [...pieces, bytes.subarray(start)];
}

async function* keepAlive(): AsyncGenerator<Step> {
  // The writer stops asking when the client is gone.
  for (;;) {
    yield data(": keep-alive\n\n");
    yield { type: "wait", ms: 100 };
  }
}

async function* gzipped(steps: StreamReply["steps"]): AsyncGenerator<Step> {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  const pieces: Buffer[] = [];
  gzip.on("data", (piece: Buffer) => pieces.push(piece));
  for await (const step of steps) {
    if (step.type !== "data") {
      yield step;
      continue;
    }
    await new Promise<void>((resolve) => gzip.write(step.bytes, () => resolve()));
    await new Promise<void>((resolve) => gzip.flush(() => resolve()));
    yield data(Buffer.concat(pieces.splice(0)));
  }
  const ended = new Promise<void>((resolve) => gzip.once("end", resolve));
  gzip.end();
  await ended;
  yield data(Buffer.concat(pieces.splice(0)));
}
