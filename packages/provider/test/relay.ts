import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSimulator, type Simulator, type SimulatorOptions } from "@zotpilot/simulator";

/** A service with a key of its own in front of a simulator, which plays the models. */
export interface Relay {
  origin: string;
  /** The key that it takes, as `Authorization: Bearer` or `x-api-key`. */
  key: string;
  simulator: Simulator;
  /** The requests that arrived, oldest first. */
  seen: { path: string; headers: IncomingMessage["headers"] }[];
  close(): Promise<void>;
}

/** Starts a relay. `answer` may answer a request in its place, by saying that it did. */
export async function startRelay(
  options: SimulatorOptions = {},
  answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<Relay> {
  const key = `sk-CANARY-${Math.random().toString(36).slice(2).padEnd(12, "0")}`;
  const simulator = await createSimulator(options);
  const exchanged = await fetch(`${simulator.origin}/copilot_internal/v2/token`, {
    headers: { authorization: `token ${simulator.githubToken}`, "user-agent": "test" },
  });
  const { token } = (await exchanged.json()) as { token: string };
  const seen: Relay["seen"] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    seen.push({ path, headers: request.headers });
    if (answer(request, response)) return;
    const given = request.headers["x-api-key"] ?? request.headers.authorization?.replace("Bearer ", "");
    if (given !== key) {
      response.writeHead(401).end(`{"error":{"message":"Incorrect API key provided: ${String(given)}"}}`);
      return;
    }
    const { "x-api-key": _, host: __, ...headers } = request.headers;
    const onward = send(simulator.origin, {
      method: request.method,
      path: path.replace(/^\/v1(?!\/messages)/, "").replace("/v1/models", "/models"),
      headers: { ...headers, authorization: `Bearer ${token}`, "editor-version": "test/1" },
    });
    onward.on("response", (answered) => {
      response.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.on("error", () => response.destroy());
      answered.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    simulator,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await simulator.close();
    },
  };
}
