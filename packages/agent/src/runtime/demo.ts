import { createCopilot, type Copilot } from "@zotpilot/provider";

/** The built-in demo while it runs. */
export interface Demo {
  readonly origin: string;
  readonly copilot: Copilot;
  readonly close: () => Promise<void>;
}

/** Starts the simulator with its scripted model; on a screen it answers at about reading speed, so that it looks like a stream. */
export async function openDemo(isOnScreen: boolean): Promise<Demo> {
  const { createSimulator } = await import("@zotpilot/simulator");
  const simulator = await createSimulator({ pace: isOnScreen ? 25 : 0 });
  const copilot = createCopilot({ githubToken: () => simulator.githubToken, host: simulator.origin });
  return { origin: simulator.origin, copilot, close: () => simulator.close() };
}
