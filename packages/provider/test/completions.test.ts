import { describe, expect, test } from "vitest";
import { readCompletion } from "../src/copilot/completions/complete.ts";
import { createCompletionDecoder } from "../src/copilot/completions/decode.ts";
import { collectCompletion, createCopilot, isProviderError, type CompletionEvent } from "../src/index.ts";
import { json, mint, startService, stream, text, TOKEN_PATH, type Answer } from "./fake-service.ts";
import { fixture } from "./fixtures.ts";

interface Expected {
  outcome: "ok" | "error";
  texts?: string[];
  text_seen?: string;
}
const expected = JSON.parse(fixture("expected-completions.json")) as Record<string, Expected>;
const names = Object.keys(expected);
const PATH = "/v1/engines/gpt-41-copilot/completions";

/** Decodes bytes that come in given pieces. */
async function decode(
  pieces: Iterable<Uint8Array>,
): Promise<{ events: CompletionEvent[]; texts: string[]; error: unknown }> {
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  const decoder = createCompletionDecoder({ what: "Asking", host: "host.example", requestId: "r-1" });
  const events: CompletionEvent[] = [];
  const texts: string[] = [];
  let error: unknown;
  try {
    for await (const event of readCompletion(body(), decoder)) {
      events.push(event);
      if (event.type === "text_delta") texts[event.index] = (texts[event.index] ?? "") + event.text;
    }
  } catch (thrown) {
    error = thrown;
  }
  return { events, texts, error };
}

const bytesOf = (value: string) => Buffer.from(value, "utf8");
const ends = (events: readonly CompletionEvent[]) =>
  events
    .flatMap((event) => (event.type === "finish" ? [event.index] : []))
    .toSorted((left, right) => left - right);

function check(name: string, { events, texts, error }: Awaited<ReturnType<typeof decode>>): void {
  const wanted = expected[name];
  if (wanted?.outcome === "error") {
    expect(isProviderError(error), String(error)).toBe(true);
    expect(texts.join("")).toBe(wanted.text_seen);
    expect(ends(events)).toEqual([]);
    return;
  }
  if (error !== undefined) throw error;
  expect(texts).toEqual(wanted?.texts);
  expect(ends(events)).toEqual(texts.map((_, index) => index));
}

describe("decoding", () => {
  test("the fixtures are all there", () => expect(names).toHaveLength(4));

  test.each(names)("%s: as expected, whole, byte by byte, and with CRLF", async (name) => {
    const bytes = bytesOf(fixture(name));
    check(name, await decode([bytes]));
    check(name, await decode(Array.from(bytes, (byte) => Uint8Array.of(byte))));
    check(name, await decode([bytesOf(fixture(name).replaceAll("\n", "\r\n"))]));
  });

  test.each(names)("%s: split at every byte, the same", async (name) => {
    const bytes = bytesOf(fixture(name));
    for (let at = 1; at < bytes.length; at += 1) {
      check(name, await decode([bytes.subarray(0, at), bytes.subarray(at)]));
    }
  });

  test.each(names.filter((name) => expected[name]?.outcome === "ok"))(
    "%s: cut at every byte, an error unless every text had ended",
    async (name) => {
      const bytes = bytesOf(fixture(name));
      const texts = expected[name]?.texts ?? [];
      let finished = 0;
      for (let at = 0; at < bytes.length; at += 1) {
        const cut = await decode([bytes.subarray(0, at)]);
        if (cut.error === undefined) {
          finished += 1;
          expect(cut.texts).toEqual(texts);
          expect(ends(cut.events)).toEqual(texts.map((_, index) => index));
        } else expect(isProviderError(cut.error), `cut at ${at}`).toBe(true);
      }
      // Only a cut inside or before the end mark does no harm.
      expect(finished).toBeGreaterThan(0);
      expect(finished).toBeLessThan(25);
    },
  );

  test("a stream with junk in it never hangs and never throws anything else", async () => {
    const bytes = bytesOf(fixture("fim-stream-n2.sse"));
    for (let round = 0; round < 300; round += 1) {
      const at = (round * 7919) % bytes.length;
      const junk = Uint8Array.from([round % 256, (round * 31) % 256, 10, (round * 17) % 256]);
      const { error } = await decode([bytes.subarray(0, at), junk, bytes.subarray(at)]);
      expect(error === undefined || isProviderError(error)).toBe(true);
    }
  });

  test("annotations tell which piece they are about", async () => {
    const { events } = await decode([bytesOf(fixture("fim-stream-annotations.sse"))]);
    expect(events.find((event) => event.type === "annotation")).toMatchObject({
      index: 0,
      name: "ip_code_citations",
      annotation: { start: 0, end: 11, details: { citations: [{ license: "MIT" }] } },
    });
  });

  test("a text without measure is stopped", async () => {
    const piece = JSON.stringify({ choices: [{ index: 0, text: "x".repeat(1024 * 1024) }] });
    const { error } = await decode(Array.from({ length: 10 }, () => bytesOf(`data: ${piece}\n\n`)));
    expect(error).toMatchObject({ code: "invalid_response", retryable: false });
  });
});

describe("complete()", () => {
  async function ask(answer: Answer) {
    const service = await startService({ [TOKEN_PATH]: mint(), [PATH]: answer });
    const copilot = createCopilot({ githubToken: () => "ghu_fixture", host: service.origin });
    const outcome = await collectCompletion(
      copilot.complete({ prompt: "def add(a, b):\n", suffix: "\n", language: "python" }),
    ).catch((error: unknown) => ({ error }));
    await copilot.close();
    return { outcome, service };
  }

  test("sends what the service wants, and gives the text", async () => {
    const { outcome, service } = await ask(stream(fixture("fim-stream.sse")));
    expect(outcome).toEqual({ texts: ["    return a + b\n"] });
    const sent = service.seen.find(({ path }) => path === PATH);
    expect(sent?.headers).toMatchObject({
      authorization: "Bearer tid=fixture;n=1:mac",
      "openai-intent": "copilot-ghost",
      "openai-organization": "github-copilot",
      "editor-version": "vscode/1.107.0",
    });
    expect(JSON.parse(sent?.body ?? "")).toMatchObject({
      prompt: "def add(a, b):\n",
      suffix: "\n",
      n: 1,
      temperature: 0,
      stream: true,
      extra: { language: "python" },
    });
  });

  test.each([
    ["fim.402", text("spent", 402), "quota_exceeded"],
    ["fim.429", json({ message: "slow" }, 429, { "retry-after": "10" }), "rate_limited"],
    ["fim.466", text("update", 466), "bad_request"],
    ["fim.401", text("unauthorized: token expired", 401), "unauthenticated"],
    ["fim.error_line", stream(fixture("fim-stream-error.sse")), "server_error"],
  ])("%s", async (_name, answer, code) => {
    const { outcome } = await ask(answer);
    expect("error" in outcome ? outcome.error : undefined).toMatchObject({ code });
  });

  test("a host for completions that is not Copilot's gets nothing, and chat goes on", async () => {
    const service = await startService({
      [TOKEN_PATH]: json({
        token: "tid=x:mac",
        refresh_in: 1500,
        endpoints: { proxy: "https://evil.example" },
      }),
      "/models": json(JSON.parse(fixture("models.json"))),
    });
    const copilot = createCopilot({ githubToken: () => "ghu_fixture", host: service.origin });
    await expect(collectCompletion(copilot.complete({ prompt: "a" }))).rejects.toMatchObject({
      code: "invalid_response",
      message: expect.stringContaining("evil.example") as string,
    });
    expect((await copilot.listModels()).length).toBeGreaterThan(0);
    await copilot.close();
  });
});
