import type { Simulator } from "../src/index.ts";

/** The headers an editor would send. */
export const IDE = { "editor-version": "test/1.0", "user-agent": "simulator-tests" };

/** Exchanges the simulator's GitHub token. */
export async function mint(simulator: Simulator): Promise<string> {
  const response = await fetch(`${simulator.origin}/copilot_internal/v2/token`, {
    headers: { authorization: `token ${simulator.githubToken}` },
  });
  const body = (await response.json()) as { token: string };
  return body.token;
}

/** What else a request brings. */
export interface SendOptions {
  token?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Posts JSON to the Copilot API, with a fresh token unless one is given. */
export async function post(
  simulator: Simulator,
  path: string,
  body: Record<string, unknown>,
  options: SendOptions = {},
): Promise<Response> {
  const token = options.token ?? (await mint(simulator));
  return fetch(simulator.origin + path, {
    method: "POST",
    headers: {
      ...IDE,
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...options.headers,
    },
    body: JSON.stringify(body),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** Sends a chat request. */
export function chat(
  simulator: Simulator,
  body: Record<string, unknown>,
  options?: SendOptions,
): Promise<Response> {
  const messages = [{ role: "user", content: "hello" }];
  return post(simulator, "/chat/completions", { model: "gpt-4.1", stream: true, messages, ...body }, options);
}

/** Sends a request to `/responses`. */
export function respond(
  simulator: Simulator,
  body: Record<string, unknown>,
  options?: SendOptions,
): Promise<Response> {
  const settings = { model: "gpt-5.2-codex", stream: true, store: false, input: "hello" };
  return post(simulator, "/responses", { ...settings, ...body }, options);
}

/** Sends a request to `/v1/messages`. */
export function message(
  simulator: Simulator,
  body: Record<string, unknown>,
  options?: SendOptions,
): Promise<Response> {
  const messages = [{ role: "user", content: "hello" }];
  const settings = { model: "claude-haiku-4.5", stream: true, max_tokens: 4096, messages };
  return post(simulator, "/v1/messages", { ...settings, ...body }, options);
}

/** One event of a stream whose events have names. */
export interface NamedEvent {
  type: string;
  [field: string]: unknown;
}

/** The events of a stream in which each has its name in a line of its own; checks that the lines agree. */
export function parseEvents(text: string): NamedEvent[] {
  const blocks = text.split("\n\n").filter((block) => block !== "");
  return blocks.map((block) => {
    const [, name, data = ""] = /^event: (\S+)\ndata: (.*)$/.exec(block) ?? [];
    const event = JSON.parse(data) as NamedEvent;
    if (event.type !== name) throw new Error(`The event ${event.type} is named ${name}.`);
    return event;
  });
}

/** One parsed chunk of a chat stream, as far as the tests look. */
export interface StreamChunk {
  choices: {
    index: number;
    finish_reason?: string | null;
    delta: {
      content?: string | null;
      role?: string;
      reasoning_text?: string;
      tool_calls?: { id?: string; index: number; function: { name?: string; arguments?: string } }[];
    };
  }[];
  usage?: { total_tokens: number } | null;
}

/** The `data:` lines of a stream, without `[DONE]`. */
export function parseStream(text: string): StreamChunk[] {
  return text
    .split("\n\n")
    .filter((block) => block.startsWith("data: {"))
    .map((block) => JSON.parse(block.slice("data: ".length)) as StreamChunk);
}

/** The text of a stream. */
export function streamText(text: string): string {
  return parseStream(text)
    .flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? ""))
    .join("");
}

/** The tool calls of a stream, joined by id. */
export function streamCalls(text: string): { id: string; name: string; arguments: string }[] {
  const calls: { id: string; name: string; arguments: string }[] = [];
  for (const chunk of parseStream(text)) {
    for (const choice of chunk.choices) {
      for (const part of choice.delta.tool_calls ?? []) {
        if (part.id !== undefined) calls.push({ id: part.id, name: part.function.name ?? "", arguments: "" });
        const last = calls.at(-1);
        if (last !== undefined) last.arguments += part.function.arguments ?? "";
      }
    }
  }
  return calls;
}

/** The texts of a stream of completions, by index. */
export function completionTexts(text: string): string[] {
  const texts: string[] = [];
  for (const line of text.split("\n").filter((one) => one.startsWith("data: {"))) {
    const chunk = JSON.parse(line.slice("data: ".length)) as { choices?: { index: number; text: string }[] };
    for (const { index, text: piece } of chunk.choices ?? []) texts[index] = (texts[index] ?? "") + piece;
  }
  return texts;
}
