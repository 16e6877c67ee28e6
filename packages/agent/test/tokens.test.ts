import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { accountOf, createSandbox, startCli } from "./support/cli.ts";
import { createRpcClient } from "@zotpilot/core/rpc";

test("a token that expires between two turns costs exactly one exchange, and nobody sees it", async () => {
  await using simulator = await createSimulator();
  await using sandbox = await createSandbox(accountOf(simulator));
  const exchanges = (): number =>
    simulator.requests.filter(({ path }) => path === "/copilot_internal/v2/token").length;
  const child = startCli(sandbox, ["rpc"]);
  const client = createRpcClient({ input: child.stdout, output: child.stdin });
  const types = async (prompt: string): Promise<string[]> => {
    const events = await Array.fromAsync(client.prompt(prompt));
    return events.map(({ type }) => type);
  };
  expect((await types("hello")).at(-1)).toBe("done");
  expect(exchanges()).toBe(1);
  simulator.clock.advance(2 * 60 * 60 * 1000);
  const second = await types("hello again");
  expect(second).not.toContain("error");
  expect(second.at(-1)).toBe("done");
  expect(exchanges()).toBe(2);
  client.close();
  expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
});
