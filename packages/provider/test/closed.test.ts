import { expect, test } from "vitest";
import { collectMessage, createCopilot, createOpenAICompatible } from "../src/index.ts";
import { CHAT_PATH, mint, startService, stream, TOKEN_PATH } from "./fake-service.ts";
import { fixture } from "./fixtures.ts";
import { hello } from "./simulated.ts";

test.each(["createCopilot", "createOpenAICompatible"])(
  "%s can be closed twice, at once and later, and says afterwards that it is",
  async (name) => {
    const service = await startService({
      [TOKEN_PATH]: mint(),
      [CHAT_PATH]: stream(fixture("chat-stream-text.sse")),
    });
    const provider =
      name === "createCopilot"
        ? createCopilot({ githubToken: () => "ghu_fixture", host: service.origin })
        : createOpenAICompatible({ id: "sample", baseUrl: service.origin });
    await collectMessage(provider.stream(hello));
    await Promise.all([provider.close(), provider.close()]);
    await provider.close();
    const before = service.seen.length;
    for (const call of [collectMessage(provider.stream(hello)), provider.listModels()]) {
      await expect(call).rejects.toMatchObject({
        name: "ProviderError",
        code: "bad_request",
        retryable: false,
        message: expect.stringContaining("the client has been closed"),
      });
    }
    expect(service.seen).toHaveLength(before);
  },
);

test("a client that was never used can be closed, and says so before it asks for a token", async () => {
  const copilot = createCopilot({ githubToken: () => "ghu_fixture", host: "http://127.0.0.1:1" });
  await copilot.close();
  await expect(collectMessage(copilot.stream(hello))).rejects.toMatchObject({ code: "bad_request" });
});
