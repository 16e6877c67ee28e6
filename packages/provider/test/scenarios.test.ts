import { expect, test } from "vitest";
import { collectMessage } from "../src/index.ts";
import { CHAT_PATH } from "./fake-service.ts";
import { hello, simulated } from "./simulated.ts";

// What each scenario comes to is in conformance.test.ts.

test("models.responses_only: without the list the wire is switched once and remembered", async () => {
  const { copilot, count } = await simulated({ scenarios: ["models.responses_only"] });
  for (let call = 0; call < 3; call += 1) {
    expect((await collectMessage(copilot.stream(hello))).finishReason).toBe("end");
  }
  expect(count(CHAT_PATH)).toBe(1);
  expect(count("/models")).toBe(1);
  expect(count("/responses")).toBe(3);
});

test("an unknown model is told with the nearest ones", async () => {
  const { copilot } = await simulated();
  await copilot.listModels();
  await expect(collectMessage(copilot.stream({ ...hello, model: "gpt-4.2" }))).rejects.toMatchObject({
    code: "model_not_found",
    message: expect.stringMatching(/"gpt-4\.2".*nearest.*gpt-4/) as string,
  });
});
