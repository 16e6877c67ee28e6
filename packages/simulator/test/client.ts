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

/** Sends a chat request with a fresh token. */
export async function chat(
  simulator: Simulator,
  body: Record<string, unknown>,
  options: { token?: string; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  const token = options.token ?? (await mint(simulator));
  return fetch(`${simulator.origin}/chat/completions`, {
    method: "POST",
    headers: {
      ...IDE,
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...options.headers,
    },
    body: JSON.stringify({
      model: "gpt-4.1",
      stream: true,
      messages: [{ role: "user", content: "hello" }],
      ...body,
    }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
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
