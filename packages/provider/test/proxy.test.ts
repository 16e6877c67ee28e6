import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { answer, createSimulator, type Simulator } from "@zotpilot/simulator";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  collectCompletion,
  collectMessage,
  createCopilot,
  isProviderError,
  textOf,
  type Copilot,
  type CopilotOptions,
} from "../src/index.ts";
import { everythingOf, expectNoSecret } from "./canary.ts";
import {
  hasOpenssl,
  makeCertificates,
  startPrivateNetwork,
  type Certificates,
  type PrivateNetwork,
} from "./private-network.ts";
import { createAgent, type AgentOptions } from "../src/transport/index.ts";
import { startService, text } from "./fake-service.ts";
import { hello } from "./simulated.ts";

const HOSTS = [
  "api.github.com",
  "api.githubcopilot.com",
  "copilot-proxy.githubusercontent.com",
  "api.acme.ghe.com",
  "copilot-api.acme.ghe.com",
];
const PASSWORD = "pass:word@CANARY/1";
const LOGIN = { user: "someone", password: PASSWORD };
const encoded = `${LOGIN.user}:${encodeURIComponent(PASSWORD)}`;

const reason = hasOpenssl ? "" : " (left out: there is no openssl on this machine)";

describe.skipIf(!hasOpenssl)(
  `through a proxy that wants a password, with a private authority${reason}`,
  () => {
    let certificates: Certificates;
    let simulator: Simulator;
    let network: PrivateNetwork;

    beforeAll(async () => {
      certificates = await makeCertificates(HOSTS);
      simulator = await createSimulator({
        answer: answer.text("Hi from behind."),
        allowedHosts: HOSTS,
        scenarios: ["exchange.no_endpoints_no_proxy_ep"],
      });
      network = await startPrivateNetwork(Number(new URL(simulator.origin).port), certificates, LOGIN);
    });
    afterEach(() => vi.unstubAllEnvs());
    afterAll(async () => {
      await network.close();
      await simulator.close();
      await certificates.remove();
    });

    function client(options: Partial<CopilotOptions> = {}): Copilot {
      const copilot = createCopilot({
        githubToken: () => simulator.githubToken,
        proxy: `http://${encoded}@${network.proxy}`,
        ca: certificates.ca,
        ...options,
      });
      onTestFinished(() => copilot.close());
      return copilot;
    }

    const ask = async (copilot: Copilot) => textOf((await collectMessage(copilot.stream(hello))).message);
    const failureOf = async (copilot: Copilot) => {
      const error: unknown = await copilot.listModels().catch((thrown: unknown) => thrown);
      if (!isProviderError(error)) throw error;
      expectNoSecret(error, [PASSWORD, encodeURIComponent(PASSWORD), simulator.githubToken]);
      return error;
    };

    test("exchange, models, stream and account work by the real names of the hosts", async () => {
      const before = network.opened.length;
      const copilot = client();
      expect((await copilot.listModels()).length).toBeGreaterThan(3);
      expect(await ask(copilot)).toBe("Hi from behind.");
      expect((await copilot.user()).login).toBeTypeOf("string");
      const response = await copilot.fetch("https://copilot.invalid/models");
      expect(response.status).toBe(200);
      await response.body?.cancel();
      expect(new Set(network.opened.slice(before))).toEqual(
        new Set(["api.github.com:443", "api.githubcopilot.com:443"]),
      );
      // What is the proxy's stays with the proxy.
      const leaked = simulator.requests.filter(
        ({ headers }) => "proxy-authorization" in headers || JSON.stringify(headers).includes("CANARY"),
      );
      expect(leaked).toEqual([]);
    });

    test("the same with the proxy in the environment", async () => {
      vi.stubEnv("HTTPS_PROXY", `http://${encoded}@${network.proxy}`);
      const { proxy: _, ...options } = { proxy: "", ca: certificates.ca };
      const copilot = createCopilot({ githubToken: () => simulator.githubToken, ...options });
      onTestFinished(() => copilot.close());
      expect(await ask(copilot)).toBe("Hi from behind.");
    });

    test("with nothing but the environment: NODE_EXTRA_CA_CERTS and HTTPS_PROXY", async () => {
      const script = fileURLToPath(new URL("children/ask-through-proxy.ts", import.meta.url));
      const child = async (env: NodeJS.ProcessEnv) => {
        const { stdout } = await promisify(execFile)(
          process.execPath,
          ["--conditions=@zotpilot/source", "--disable-warning=ExperimentalWarning", script],
          { env: { PATH: process.env["PATH"], TEST_GITHUB_TOKEN: simulator.githubToken, ...env } },
        );
        return JSON.parse(stdout) as Record<string, unknown>;
      };
      const HTTPS_PROXY = `http://${encoded}@${network.proxy}`;
      const trusted = await child({ HTTPS_PROXY, NODE_EXTRA_CA_CERTS: certificates.caFile });
      expect(trusted).toMatchObject({ text: "Hi from behind." });
      expect(await child({ HTTPS_PROXY })).toMatchObject({
        code: "network",
        hint: expect.stringContaining("NODE_EXTRA_CA_CERTS") as string,
      });
    });

    test("a tenant's account goes to the tenant's hosts, beside one of github.com in the same process", async () => {
      const before = network.opened.length;
      const dotcom = client();
      const tenant = client({ host: "acme.ghe.com" });
      expect(await Promise.all([ask(tenant), ask(dotcom)])).toEqual(["Hi from behind.", "Hi from behind."]);
      const sent = simulator.requests.filter(({ path }) => path === "/chat/completions").slice(-2);
      const [left, right] = sent.map(({ headers }) => [headers["host"], headers["authorization"]]);
      expect(new Set([left?.[0], right?.[0]])).toEqual(
        new Set(["api.githubcopilot.com", "copilot-api.acme.ghe.com"]),
      );
      expect(left?.[1]).not.toBe(right?.[1]);
      expect(network.opened.slice(before)).toContain("api.acme.ghe.com:443");
    });

    test("ghe.exchange_404_direct_ok: a tenant without an exchange gets the GitHub token itself", async () => {
      simulator.use("ghe.exchange_404_direct_ok");
      onTestFinished(() => {
        simulator.clearScenarios();
        simulator.use("exchange.no_endpoints_no_proxy_ep");
      });
      const copilot = client({ host: "acme.ghe.com" });
      // GitHub names the simulator's own address, which is no host of the tenant: nothing may go there.
      const refused = await failureOf(copilot);
      expect(refused.message).toContain("does not belong to acme.ghe.com");
      simulator.use("user.404");
      const second = client({ host: "acme.ghe.com" });
      expect(await ask(second)).toBe("Hi from behind.");
      const sent = simulator.requests.at(-1);
      expect(sent?.headers["authorization"]).toBe(`Bearer ${simulator.githubToken}`);
      expect(sent?.headers).not.toHaveProperty("editor-version");
      // On github.com a missing exchange is explained and not got around.
      expect(await failureOf(client())).toMatchObject({ code: "not_subscribed", status: 404 });
    });

    test("completions go to a host of their own", async () => {
      const before = network.opened.length;
      // What it answers is not the point here.
      await collectCompletion(client().complete({ prompt: "a" })).catch(() => undefined);
      expect(network.opened.slice(before)).toContain("copilot-proxy.githubusercontent.com:443");
    });

    test("without the authority: the cause, and the settings to change", async () => {
      const { ca: _, ...options } = { ca: "", proxy: `http://${encoded}@${network.proxy}` };
      const copilot = createCopilot({ githubToken: () => simulator.githubToken, ...options });
      onTestFinished(() => copilot.close());
      const error = await failureOf(copilot);
      expect(error).toMatchObject({ code: "network", retryable: false });
      expect(error.message).toMatch(
        /^Asking GitHub .*certificate of api\.github\.com is not trusted \([A-Z_]+\)\.$/,
      );
      expect(error.hint).toMatch(/NODE_EXTRA_CA_CERTS.*`ca`/);
    });

    test("a wrong password, and none: each has its sentence, and neither shows one", async () => {
      const wrong = await failureOf(client({ proxy: `http://someone:WRONG-CANARY@${network.proxy}` }));
      expect(wrong).toMatchObject({ code: "network", retryable: false });
      expect(wrong.message).toContain(
        `the proxy ${network.proxy} refused the user name or the password that it was given (status 407)`,
      );
      expect(everythingOf(wrong)).not.toContain("WRONG-CANARY");
      expect(wrong.hint).toMatch(/^Correct them in the option `proxy`/);
      vi.stubEnv("https_proxy", `http://${network.proxy}`);
      const copilot = createCopilot({ githubToken: () => simulator.githubToken, ca: certificates.ca });
      onTestFinished(() => copilot.close());
      const none = await failureOf(copilot);
      expect(none.message).toContain(`the proxy ${network.proxy} wants a user name and a password`);
      expect(none.hint).toMatch(/^Set them in HTTPS_PROXY/);
    });

    test("a proxy that is not there, and one that says no", async () => {
      const gone = await failureOf(client({ proxy: "http://127.0.0.1:1" }));
      expect(gone.message).toContain("the proxy 127.0.0.1:1 could not be reached (ECONNREFUSED)");
      const refusing = await startPrivateNetwork(1, certificates, undefined);
      onTestFinished(() => refusing.close());
      const copilot = client({ proxy: `http://${refusing.proxy}`, host: "forbidden.ghe.com" });
      const refused = await failureOf(copilot);
      expect(refused).toMatchObject({ code: "network", retryable: false });
      expect(refused.message).toContain(
        `the proxy ${refusing.proxy} did not open a way to api.forbidden.ghe.com (it answered with status 403)`,
      );
    });
  },
);

test("NO_PROXY is heeded, and `proxy: false` means none", async () => {
  const service = await startService({ "*": text("straight") });
  vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:1");
  vi.stubEnv("NO_PROXY", "");
  onTestFinished(() => void vi.unstubAllEnvs());
  const ask = async (options: AgentOptions): Promise<string> => {
    const agent = createAgent(options);
    onTestFinished(() => agent.destroy());
    const answered = await agent.request({ origin: service.origin, path: "/", method: "GET" });
    return answered.body.text();
  };
  await expect(ask({})).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(await ask({ proxy: false })).toBe("straight");
  expect(await ask({ noProxy: "127.0.0.1" })).toBe("straight");
  vi.stubEnv("NO_PROXY", "example.com,127.0.0.1");
  expect(await ask({})).toBe("straight");
  expect(await ask({ proxy: "http://127.0.0.1:1" })).toBe("straight");
});

test("what cannot be a proxy or a certificate is refused at once, without showing it", () => {
  const make = (options: Partial<CopilotOptions>) => createCopilot({ githubToken: () => "", ...options });
  for (const proxy of ["proxy.example:8080", "ftp://someone:CANARY@proxy", "http://"]) {
    let error: unknown;
    try {
      make({ proxy });
    } catch (thrown) {
      error = thrown;
    }
    expect(error, proxy).toMatchObject({ code: "bad_request" });
    expect(everythingOf(error)).not.toContain("CANARY");
  }
  expect(() => make({ ca: "/etc/ssl/ca.pem" })).toThrow(/not a certificate in PEM form/);
  const torn = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  expect(() => make({ ca: [torn] })).toThrow(/not a certificate in PEM form/);
});
