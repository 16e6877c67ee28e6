import type { AnswerRequest, SpokenAnswer } from "../answer/answer.ts";
import type { Call } from "../http/call.ts";
import type { FullReply, Reply, Step } from "../http/reply.ts";
import type { Stage, World } from "../world.ts";
import { isReply, type ModelEndpoint, type ValidRequest } from "./valid-request.ts";

/** The head of every event stream. */
export const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-cache" };

/** One of the forms in which models are asked and answer. */
export interface ModelWire {
  endpoint: ModelEndpoint;
  /** Where scenarios of this wire step in. */
  stage: Extract<Stage, "chat" | "responses" | "messages">;
  /** Checks a request as strictly as the service does; what is wrong comes back as its reply. */
  validate(world: World, call: Call): ValidRequest | FullReply;
  /** Puts a spoken answer into the form of this wire. */
  speak(world: World, valid: ValidRequest, spoken: SpokenAnswer): Reply;
}

/** One event of a stream. An event that carries a delta can be paced and counted. */
export interface WireEvent {
  isDelta: boolean;
  /** It belongs to a tool call, which nobody reads as it comes. */
  isCall?: boolean;
  payload: Record<string, unknown>;
}

/** Answers a model call, after the guard: checks it, asks the script, and speaks. */
export async function answerModelCall(wire: ModelWire, world: World, call: Call): Promise<Reply> {
  const valid = wire.validate(world, call);
  if (isReply(valid)) return valid;
  return world.run("wire", call, () =>
    world.run(wire.stage, call, async () => {
      if ((call.headers["x-initiator"] ?? "user") === "user")
        world.quota.spend(valid.model.billing?.multiplier ?? 0);
      const said = await world.script(requestFor(wire, world, call, valid));
      if (said.type === "refused") return refused(said.status, said.body, said.headers);
      return wire.speak(world, valid, said);
    }),
  );
}

/** Whether an answer to this request is streamed: when the client asks and the model can. */
export function isStreamed(valid: ValidRequest): boolean {
  return valid.stream && valid.model.capabilities.supports["streaming"] !== false;
}

/** Streams events, with the pauses of the answer, up to where it breaks off. */
export function streamEvents(
  events: Iterable<WireEvent>,
  spoken: SpokenAnswer,
  pace: number,
  write: (payload: Record<string, unknown>) => string,
  end = "",
): Reply {
  function* steps(): Generator<Step> {
    let deltas = 0;
    for (const event of events) {
      if (spoken.breakOff !== undefined && deltas >= spoken.breakOff.afterDeltas) {
        if (spoken.breakOff.how !== "end") yield { type: spoken.breakOff.how };
        return;
      }
      if (event.isDelta) {
        const delayMs = spoken.delayMs ?? (event.isCall === true ? 0 : pace);
        if (delayMs > 0) yield { type: "wait", ms: delayMs };
        deltas += 1;
      }
      yield { type: "data", bytes: write(event.payload) };
    }
    if (end !== "") yield { type: "data", bytes: end };
  }
  return { type: "stream", status: 200, headers: STREAM_HEADERS, steps: steps() };
}

/** An event with its type in a line of its own, as `/responses` and `/v1/messages` send it. */
export function namedEvent(payload: Record<string, unknown>): string {
  return `event: ${String(payload["type"])}\ndata: ${JSON.stringify(payload)}\n\n`;
}

function requestFor(wire: ModelWire, world: World, call: Call, valid: ValidRequest): AnswerRequest {
  return {
    endpoint: wire.endpoint,
    model: valid.model.id,
    // The shapes were checked as far as the service checks them; a script reads what the client sent.
    messages: valid.messages as unknown as AnswerRequest["messages"],
    tools: valid.tools as unknown as AnswerRequest["tools"],
    stream: valid.stream,
    number: world.nextChatNumber(),
    body: valid.body,
    headers: call.headers,
  };
}

function refused(status: number, body: unknown, headers: Record<string, string>): FullReply {
  const kind = { "content-type": "text/plain; charset=utf-8", ...headers };
  return {
    type: "full",
    status,
    headers: kind,
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}
