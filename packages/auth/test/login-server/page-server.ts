import { createSimulator } from "@zotpilot/simulator";
import type { Simulator, SimulatorOptions } from "@zotpilot/simulator";
import { onTestFinished } from "vitest";
import { createLoginServer, createMemoryStore, login } from "../../src/index.ts";
import type { LoginServer, LoginServerEvent, LoginServerOptions } from "../../src/index.ts";

/** A login server in front of a simulated GitHub, with the store it fills and everything it told. */
export async function startLoginPage(
  change: Partial<LoginServerOptions> = {},
  simulation: SimulatorOptions = {},
) {
  const simulator: Simulator = await createSimulator({ deviceIntervalSeconds: 0.1, ...simulation });
  onTestFinished(() => simulator.close());
  const store = createMemoryStore();
  const events: LoginServerEvent[] = [];
  const issuing = Promise.withResolvers<void>();
  const controller = new AbortController();
  const server: LoginServer = await createLoginServer({
    startLogin: ({ signal }) =>
      login({ store, signal, host: simulator.origin, now: () => simulator.clock.now() }),
    signal: controller.signal,
    ...change,
    onEvent: (event) => {
      events.push(event);
      change.onEvent?.(event);
      if (event.type === "code_issued") issuing.resolve();
    },
  });
  onTestFinished(async () => {
    controller.abort();
    await server.close();
  });
  const code = async () => {
    await issuing.promise;
    const issued = events.findLast((event) => event.type === "code_issued");
    return issued?.type === "code_issued" ? issued.userCode : "";
  };
  const types = () => events.map(({ type }) => type);
  return { simulator, store, events, types, server, code, stop: () => controller.abort() };
}
