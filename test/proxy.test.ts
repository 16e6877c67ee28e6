import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, createSimulator, type Simulator } from "@zotpilot/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasOpenssl,
  makeCertificates,
  startPrivateNetwork,
  type Certificates,
  type PrivateNetwork,
} from "../packages/provider/test/private-network.ts";
import { createSandbox, finished, runCli, startCli } from "../packages/agent/test/support/cli.ts";

const HOSTS = ["github.com", "api.github.com", "api.githubcopilot.com"];
const PASSWORD = "pass:word@CANARY/1";
const LOGIN = { user: "someone", password: PASSWORD };
const reason = hasOpenssl ? "" : " (left out: there is no openssl on this machine)";

/** Passes requests on to the simulator, and says `https://github.com` where the simulator names itself. */
async function startFront(simulator: Simulator): Promise<{ port: number; close(): Promise<void> }> {
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _, connection: __, "transfer-encoding": ___, ...headers } = request.headers;
    const got = await fetch(`${simulator.origin}${request.url ?? "/"}`, {
      method: request.method ?? "GET",
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const text = (await got.text()).replaceAll(simulator.origin, "https://github.com");
    response.writeHead(got.status, { "content-type": got.headers.get("content-type") ?? "text/plain" });
    response.end(text);
  };
  const server = createServer((request, response) => void pass(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe.skipIf(!hasOpenssl)(
  `the program through a proxy that wants a password, with a private authority${reason}`,
  () => {
    let certificates: Certificates;
    let simulator: Simulator;
    let front: Awaited<ReturnType<typeof startFront>>;
    let network: PrivateNetwork;

    beforeAll(async () => {
      certificates = await makeCertificates(HOSTS);
      simulator = await createSimulator({
        answer: answer.text("Hi from behind."),
        // The token names no host, so that the real ones are used.
        scenarios: ["exchange.no_endpoints_no_proxy_ep"],
        deviceIntervalSeconds: 1,
      });
      front = await startFront(simulator);
      network = await startPrivateNetwork(front.port, certificates, LOGIN);
    });
    afterAll(async () => {
      await network.close();
      await front.close();
      await simulator.close();
      await certificates.remove();
    });

    const proxied = () => ({
      HTTPS_PROXY: `http://${LOGIN.user}:${encodeURIComponent(PASSWORD)}@${network.proxy}`,
    });

    test("login, exchange, models and an answer all go through it", async () => {
      await using sandbox = await createSandbox({
        ...proxied(),
        NODE_EXTRA_CA_CERTS: certificates.caFile,
      });
      const child = startCli(sandbox, ["login", "--json"]);
      child.stdin.end();
      child.stdout.on("data", (line: Buffer) => {
        const code = /"user_code":"([^"]+)"/.exec(line.toString())?.[1];
        if (code) simulator.approveDevice(code);
      });
      const login = await finished(child);
      expect(login, login.stderr).toMatchObject({ code: 0 });
      expect(login.stdout).toContain('"type":"succeeded"');

      const models = await runCli(sandbox, ["models"]);
      expect(models, models.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("gpt-4.1") });
      const said = await runCli(sandbox, ["-p", "hello"]);
      expect(said, said.stderr).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("Hi from behind."),
      });

      expect(new Set(network.opened)).toEqual(new Set(HOSTS.map((host) => `${host}:443`)));
      // What is the proxy's stays with the proxy, and is shown to nobody.
      expect(simulator.requests.filter(({ headers }) => "proxy-authorization" in headers)).toEqual([]);
      const shown = [login, models, said].map(({ stdout, stderr }) => stdout + stderr).join("\n");
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(shown).not.toContain(secret);
    });

    test("without the authority nobody signs in, and the error names the cause and the setting", async () => {
      await using sandbox = await createSandbox(proxied());
      const before = simulator.requests.length;
      const login = await runCli(sandbox, ["login", "--json"]);
      expect(login.code).not.toBe(0);
      expect(login.stdout + login.stderr).toContain("certificate");
      expect(login.stdout + login.stderr).toContain("NODE_EXTRA_CA_CERTS");
      expect(login.stdout + login.stderr).not.toContain("CANARY");
      expect(simulator.requests).toHaveLength(before);
    });
  },
);
