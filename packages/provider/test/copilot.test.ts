import { expect, test } from "vitest";
import { collectMessage, createCopilot, textOf } from "../src/index.ts";
import { CHAT_PATH, mint, startService, stream, TOKEN_PATH, json } from "./fake-service.ts";
import { fixture } from "./fixtures.ts";

const hello = {
  model: "gpt-4.1",
  messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "hi" }] }],
};

test("chat.text: asks for a token, then for an answer, and streams it", async () => {
  const service = await startService({
    [TOKEN_PATH]: mint(),
    [CHAT_PATH]: stream(fixture("chat-stream-text.sse")),
    "/models": json(JSON.parse(fixture("models.json"))),
  });
  const copilot = createCopilot({ githubToken: () => "ghu_fixture", host: service.origin });
  const { message, usage, finishReason } = await collectMessage(copilot.stream(hello));
  expect(textOf(message)).toBe("Hello from the simulator — naïve ✓ 日本.");
  expect(finishReason).toBe("end");
  expect(usage).toMatchObject({ inputTokens: 21, outputTokens: 9 });
  await collectMessage(copilot.stream(hello));
  expect(service.count(TOKEN_PATH)).toBe(1);
  const chat = service.seen.find((entry) => entry.path === CHAT_PATH);
  expect(chat?.headers).toMatchObject({
    authorization: "Bearer tid=fixture;n=1:mac",
    "editor-version": "vscode/1.107.0",
    "copilot-integration-id": "vscode-chat",
    "x-initiator": "user",
    "user-agent": "GitHubCopilotChat/0.35.0",
    "x-github-api-version": "2025-05-01",
  });
  expect(service.seen[0]?.headers["authorization"]).toBe("token ghu_fixture");
  const models = await copilot.listModels();
  expect(models.map((model) => model.id)).toContain("claude-sonnet-4.5");
});
