import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { answer, createSimulator, SimulatorError, type Simulator } from "../src/index.ts";
import { chat } from "./client.ts";

/** Sends a request with headers that `fetch` does not let callers set. */
async function send(
  simulator: Simulator,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number | undefined; text: string }> {
  const call = request(simulator.origin + path, { method: body === undefined ? "GET" : "POST", headers });
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += String(piece);
  return { status: response.statusCode, text };
}

test.each(["0.0.0.0", "::", "192.0.2.1", "example.com", "128.0.0.1", "127.0.0.1.example.com", ""])(
  "does not listen on %j",
  async (host) => {
    const failure: unknown = await createSimulator({ host }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SimulatorError);
    expect(failure).toMatchObject({ code: "not_loopback" });
  },
);

test("listens on other loopback names, and says which", async () => {
  await using simulator = await createSimulator({ host: "localhost" });
  expect(simulator.origin).toMatch(/^http:\/\/localhost:\d+$/);
  expect((await fetch(`${simulator.origin}/_ping`)).status).toBe(200);
});

test("a request to a foreign name is refused before anything is done", async () => {
  await using simulator = await createSimulator();
  const authorization = `token ${simulator.githubToken}`;
  const headers = { authorization, "user-agent": "simulator-tests" };
  const { port } = new URL(simulator.origin);
  for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example", "[::1", "[::2]"]) {
    const { status, text } = await send(simulator, "/user", { host, ...headers });
    expect([host, status, text]).toEqual([host, 403, expect.stringContaining("loopback name")]);
  }
  for (const host of ["localhost", `LOCALHOST:${port}`, "tenant.localhost", "127.0.0.9", "[::1]:80"]) {
    expect([host, (await send(simulator, "/user", { host, ...headers })).status]).toEqual([host, 200]);
  }
  expect(simulator.requests.map((entry) => entry.status)).toEqual([
    ...Array<number>(5).fill(403),
    ...Array<number>(5).fill(200),
  ]);
});

test("names that a test allows are served", async () => {
  await using simulator = await createSimulator({ allowedHosts: ["Api.Tenant.example"] });
  expect((await send(simulator, "/_ping", { host: "api.tenant.example:8443" })).status).toBe(200);
});

test("only the page's own form decides about a login", async () => {
  await using simulator = await createSimulator();
  const started = await fetch(`${simulator.origin}/login/device/code`, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ client_id: "app" }),
  });
  const { user_code } = (await started.json()) as { user_code: string };
  const form = new URLSearchParams({ user_code, decision: "approve" }).toString();
  const kind = { "content-type": "application/x-www-form-urlencoded" };
  const foreign: Record<string, string>[] = [
    { origin: "http://evil.example" },
    { origin: "null" },
    { origin: simulator.origin.replace("http", "https") },
    { origin: "http://127.0.0.1:1" },
    { origin: simulator.origin, "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "none" },
  ];
  for (const headers of foreign) {
    const { status, text } = await send(simulator, "/login/device", { ...kind, ...headers }, form);
    expect([headers, status, text]).toEqual([headers, 403, expect.stringContaining("nothing was done")]);
  }
  // Neither an address that a page can link to nor an image can decide.
  const linked = await send(simulator, `/login/device?${form}`, {});
  expect(linked.text).toContain("Enter the code");
  // It is still waiting: the first decision that counts is this one.
  const own = { ...kind, origin: simulator.origin, "sec-fetch-site": "same-origin" };
  expect((await send(simulator, "/login/device", own, form)).text).toContain("You are connected");
});

test("closing breaks open streams at once, and is not recorded as the client's doing", async () => {
  const simulator = await createSimulator({ answer: answer.stall(answer.text("one two three"), 2) });
  const response = await chat(simulator, {});
  const body = response.text();
  const waiting = chat(simulator, { stream: false, model: "gpt-4.1" }).catch((error: unknown) => error);
  await Promise.all([
    expect(body).rejects.toThrow("terminated"),
    simulator.close(),
    // A second call waits for the same end.
    simulator.close(),
  ]);
  await waiting;
  expect(simulator.requests.find((entry) => entry.path === "/chat/completions")).toMatchObject({
    status: 200,
    aborted: false,
  });
  await expect(fetch(`${simulator.origin}/_ping`)).rejects.toThrow("fetch failed");
});

test("a client that goes away is recorded", async () => {
  let over: (path: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    over = resolve;
  });
  await using simulator = await createSimulator({
    answer: answer.stall(answer.text("one two three"), 2),
    onRequest: (entry) => entry.path === "/chat/completions" && over(`${entry.path} ${entry.aborted}`),
  });
  const stop = new AbortController();
  const response = await chat(simulator, {}, { signal: stop.signal });
  expect(response.status).toBe(200);
  stop.abort();
  expect(await ended).toBe("/chat/completions true");
});

test("what is no HTTP address is refused and does not end it", async () => {
  await using simulator = await createSimulator();
  const { port } = new URL(simulator.origin);
  const raw = async (text: string): Promise<string> => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.end(text);
    let reply = "";
    for await (const piece of socket.setEncoding("utf8")) reply += String(piece);
    return reply.split("\r\n")[0] ?? "";
  };
  expect(await raw("GET // HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")).toContain("400");
  expect(await raw("nonsense\r\n\r\n")).toContain("400");
  expect(await raw("GET /models/%ZZ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")).toContain(
    "401",
  );
  expect((await fetch(`${simulator.origin}/_ping`)).status).toBe(200);
});
