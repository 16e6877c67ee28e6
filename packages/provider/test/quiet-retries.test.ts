import { expect, test } from "vitest";
import { createCopilot, createOpenAICompatible } from "../src/index.ts";
import { CHAT_PATH, mint, startService, text, TOKEN_PATH } from "./fake-service.ts";
import { hello } from "./simulated.ts";

test("F-21: a caller that tries again itself gets the first failure; others get what two more tries could not mend", async () => {
  const service = await startService({ [TOKEN_PATH]: mint(), [CHAT_PATH]: text("down", 503) });
  const copilot = createCopilot({ githubToken: () => "ghu_fixture", host: service.origin });
  const other = createOpenAICompatible({ id: "other", baseUrl: service.origin });
  for (const provider of [copilot, other]) {
    for (const [quietRetries, sent] of [
      [false, 1],
      [true, 3],
      [undefined, 3],
    ] as const) {
      const before = service.count(CHAT_PATH);
      const call = quietRetries === undefined ? {} : { quietRetries };
      const asked = provider.stream(hello, call)[Symbol.asyncIterator]().next();
      await expect(asked).rejects.toMatchObject({ code: "server_error", retryable: true });
      expect(service.count(CHAT_PATH) - before, `${provider.id} ${quietRetries}`).toBe(sent);
    }
    await provider.close();
  }
});
