import { STREAM_HEADERS } from "../copilot/model-call.ts";
import type { Reply } from "../http/reply.ts";
import type { Stage } from "../world.ts";
import type { Hook, Scenario } from "./scenario.ts";
import { asksForStream, bringsToolResults } from "./tools.ts";

/** Where the bytes of a stream scenario come from. */
export interface StreamSource {
  name: string;
  summary: string;
  /** It calls tools: then it answers only prompts, and the script answers the results. */
  callsTools?: boolean;
  load(): Promise<string>;
}

/** A stream that is a fixture; it is loaded when it is played. */
export const played = (
  name: string,
  summary: string,
  load: () => Promise<{ stream: string }>,
): StreamSource => ({ name, summary, load: async () => (await load()).stream });

/** A stream that is put together. */
export const composed = (name: string, summary: string, stream: () => string): StreamSource => ({
  name,
  summary,
  load: () => Promise.resolve(stream()),
});

/** An event stream of ready bytes; each event is written by itself. */
export function streamOf(bytes: string): Reply {
  const events = bytes.split(/(?<=\n\n)/);
  const steps = events.map((event) => ({ type: "data" as const, bytes: event }));
  return { type: "stream", status: 200, headers: STREAM_HEADERS, steps };
}

/** A scenario that answers the streamed requests of one wire with one stream. */
export function streamed(stage: Stage, source: StreamSource): Scenario {
  const hook: Hook = async (call, next) => {
    const isTheirs = !asksForStream(call) || (source.callsTools === true && bringsToolResults(call));
    return isTheirs ? next() : streamOf(await source.load());
  };
  return { name: source.name, summary: source.summary, play: () => ({ [stage]: hook }) };
}
