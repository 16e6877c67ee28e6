import { join } from "node:path";
import { createFileStore, login, type LoginEvent } from "@zotpilot/auth";
import { collectMessage, createCopilot } from "@zotpilot/provider";
import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { createSandbox } from "./support/cli.ts";

// Scenarios of the protocol reference that sign in and go on to ask a model with the token.
test.each([
  { name: "device.ghe", approveAfter: Infinity },
  { name: "device.errors_with_200_vs_400", approveAfter: 3 },
])("$name: signs in, and the token that is stored gets an answer", async ({ name, approveAfter }) => {
  await using simulator = await createSimulator({ scenarios: [name] });
  await using sandbox = await createSandbox();
  const store = createFileStore({ path: join(sandbox.home, "credentials.json") });
  const events: LoginEvent[] = [];
  let waits = 0;
  // Lives by the simulator's clock: nobody really waits.
  const sleep = async (milliseconds: number) => {
    simulator.clock.advance(milliseconds);
    waits += 1;
    if (waits > approveAfter) simulator.approveDevice();
  };
  for await (const event of login({ store, host: simulator.origin, sleep, now: simulator.clock.now })) {
    events.push(event);
  }
  expect(events.at(-1)?.type).toBe("succeeded");
  const statuses = simulator.requests
    .filter(({ path }) => path === "/login/oauth/access_token")
    .map(({ status }) => status);
  if (name !== "device.ghe") expect(new Set(statuses)).toEqual(new Set([200, 400]));
  expect(statuses.at(-1)).toBe(200);

  const [id = ""] = await store.list();
  const credential = await store.get(id);
  const copilot = createCopilot({ githubToken: () => credential?.token ?? "", host: simulator.origin });
  const { finishReason } = await collectMessage(
    copilot.stream({
      model: "gpt-4.1",
      messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
    }),
  );
  expect(finishReason).toBeDefined();
  await copilot.close();
});
