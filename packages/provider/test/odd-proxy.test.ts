import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { collectMessage, createCopilot, isProviderError, type CopilotOptions } from "../src/index.ts";
import { expectNoSecret } from "./canary.ts";
import { hello } from "./simulated.ts";

const PASSWORD = "CANARYpassword1";
const BASIC = Buffer.from(`someone:${PASSWORD}`, "utf8").toString("base64");

/** Starts a proxy that answers each connection with `talk`, and gives its address with a password. */
async function startProxy(talk: (socket: Socket, said: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", (said: Buffer) => talk(socket, said.toString("latin1")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://someone:${PASSWORD}@127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function failureThrough(proxy: string, options: Partial<CopilotOptions> = {}) {
  const copilot = createCopilot({ githubToken: () => "ghu_CANARYgithub", proxy, ...options });
  const error: unknown = await collectMessage(copilot.stream(hello)).catch((thrown: unknown) => thrown);
  await copilot.close();
  if (!isProviderError(error)) throw error;
  expectNoSecret(error, [PASSWORD, BASIC, "ghu_CANARYgithub"]);
  return error;
}

describe("S-E8, F-15: proxies that do not what they should", () => {
  test("one that answers with no HTTP, and throws its password back", async () => {
    const proxy = await startProxy((socket, said) => socket.end(`you said: ${said}\r\n\r\n`));
    const error = await failureThrough(proxy);
    expect(error).toMatchObject({
      code: "network",
      message: expect.stringMatching(/the proxy 127\.0\.0\.1:\d+ did not answer as HTTP/),
    });
  });

  test("one that takes the connection and says nothing is waited for as long as a connection may take", async () => {
    const proxy = await startProxy(() => undefined);
    const error = await failureThrough(proxy, { timeouts: { connectMs: 300 } });
    expect(error).toMatchObject({
      code: "timeout",
      retryable: true,
      message: expect.stringMatching(/the proxy 127\.0\.0\.1:\d+ opened no way to api\.github\.com in time/),
      hint: expect.stringMatching(/NO_PROXY/),
    });
  });

  test("one that wants a password for a plain address is told as such", async () => {
    const proxy = await startProxy((socket) =>
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"),
    );
    const error = await failureThrough(proxy, { host: "http://127.0.0.1:9" });
    expect(error).toMatchObject({
      code: "network",
      retryable: false,
      message: expect.stringMatching(/the proxy wants a user name and a password/),
    });
  });
});

describe("the hints about proxies can be followed to the letter", () => {
  test("for a login that is refused or missing, and for an address that is none", async () => {
    const refusing = await startProxy((socket) => socket.end("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n"));
    const hints = [(await failureThrough(refusing)).hint];
    hints.push((await failureThrough(refusing.replace(`someone:${PASSWORD}@`, ""))).hint);
    try {
      createCopilot({ githubToken: () => "ghu_x", proxy: "nonsense" });
    } catch (error) {
      hints.push(isProviderError(error) ? error.hint : "");
    }
    expect(hints).toHaveLength(3);
    for (const hint of hints) {
      expect(hint).toContain("USER:PASSWORD");
      expect(hint).not.toContain("[redacted]");
    }
  });
});
