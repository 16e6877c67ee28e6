import { expect } from "vitest";
import { chat, mint, streamCalls } from "../client.ts";
import { ask, capi, read, refuses, rest, statuses, type Check } from "./check.ts";
import { expectTenant } from "./device.ts";

const EXPIRED = /^unauthorized: token expired\n$/;
const call = (id: string) => ({ id, type: "function", function: { name: "read", arguments: "{}" } });
const user = { role: "user", content: "hi" };

/** Who may call the Copilot API, and where. */
export const capiChecks: Record<string, Check> = {
  "capi.401_once": async (simulator) => {
    const token = await mint(simulator);
    const first = await read(chat(simulator, {}, { token }));
    expect([first.status, first.text]).toEqual([401, expect.stringMatching(EXPIRED)]);
    expect((await chat(simulator, {}, { token })).status).toBe(401);
    expect((await ask(simulator)).status).toBe(200);
  },
  "capi.401_always": async (simulator) => {
    await refuses(401, EXPIRED)(simulator);
    expect(await statuses(simulator, 2)).toEqual([401, 401]);
  },
  "capi.401_concurrent": async (simulator) => {
    const token = await mint(simulator);
    const all = await Promise.all(Array.from({ length: 10 }, () => read(chat(simulator, {}, { token }))));
    expect(all.map((got) => got.status)).toEqual(Array<number>(10).fill(401));
    expect((await ask(simulator)).status).toBe(200);
  },
  "capi.401_then_mint_fails": async (simulator) => {
    await refuses(401, EXPIRED)(simulator);
    expect((await rest(simulator, "/copilot_internal/v2/token")).status).toBe(500);
  },
  "capi.401_auto_mode": refuses(401, "Invalid auto-mode selector"),
  "capi.401_authorize_url": refuses(401, /^\{"authorize_url":"https:/),
  "capi.401_wrong_host": refuses(401, "AuthenticateToken authentication failed"),
  "capi.403_forbidden_text": refuses(403, "access to this endpoint is forbidden"),
  "capi.403_policy": refuses(403, "requires an enterprise or organization policy"),
  "capi.403_transient_once": async (simulator) => expect(await statuses(simulator, 2)).toEqual([403, 200]),
  "capi.require_headers": async (simulator) => {
    const beta = (value: string) => read(chat(simulator, {}, { headers: { "anthropic-beta": value } }));
    expect(await beta("interleaved-thinking-2025-05-14, context-1m-2025-08-07")).toMatchObject({
      status: 400,
      text: expect.stringContaining("unsupported beta header(s): context-1m-2025-08-07") as unknown,
    });
    expect((await beta("interleaved-thinking-2025-05-14")).status).toBe(200);
  },
  "capi.pat_refused": refuses(400, "Personal Access Tokens are not supported"),
  "capi.integrator_refused": refuses(400, "not available for integrator"),
  "capi.466": refuses(466, "no longer supported"),
  "capi.499": refuses(499, /^$/),
  "capi.422": refuses(422, "filtered by policy"),
  "capi.424": refuses(424, "dependency failed"),
  "capi.421": refuses(421, "Misdirected Request"),
  "capi.initiator_log": async (simulator) => {
    const messages: Record<string, unknown>[] = [user];
    for (const initiator of ["user", "agent", "agent"]) {
      const headers = { "x-initiator": initiator };
      const { text } = await read(chat(simulator, { messages }, { headers }));
      const calls = streamCalls(text);
      messages.push({ role: "assistant", content: null, tool_calls: calls.map(({ id }) => call(id)) });
      for (const { id } of calls) messages.push({ role: "tool", tool_call_id: id, content: "x" });
    }
    expect(messages.map((message) => message["role"])).toEqual([
      "user",
      "assistant",
      "tool",
      "assistant",
      "tool",
      "assistant",
    ]);
    const chats = simulator.requests.filter((entry) => entry.path === "/chat/completions");
    expect(chats.map((entry) => entry.headers["x-initiator"])).toEqual(["user", "agent", "agent"]);
  },
  "chat.orphan_tool_result": async (simulator) => {
    const got = await ask(simulator, { messages: [user, { role: "tool", tool_call_id: "a", content: "x" }] });
    expect([got.status, got.text]).toEqual([400, expect.stringContaining('"code":"invalid_request_body"')]);
  },
  "chat.missing_tool_result": async (simulator) => {
    const messages = [user, { role: "assistant", content: null, tool_calls: [call("a")] }, user];
    const got = await ask(simulator, { messages });
    expect([got.status, got.text]).toEqual([400, expect.stringContaining("without tool_result blocks")]);
  },
  "ghe.exchange_ok": expectTenant,
  "ghe.exchange_404_direct_ok": async (simulator) => {
    expect((await rest(simulator, "/copilot_internal/v2/token")).status).toBe(404);
    const direct = (token: string) =>
      fetch(`${simulator.origin}/models`, { headers: { authorization: `Bearer ${token}` } });
    expect((await direct(simulator.githubToken)).status).toBe(200);
    expect((await direct("ghu_another")).status).toBe(401);
  },
  "ghe.wrong_host_401": async (simulator) => {
    const got = await capi(simulator, "/models");
    expect([got.status, got.text]).toEqual([401, "unauthorized: AuthenticateToken authentication failed\n"]);
  },
  "redirect.307": async (simulator) => {
    const token = await mint(simulator);
    const response = await fetch(`${simulator.origin}/chat/completions`, {
      method: "POST",
      redirect: "manual",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(307);
    const location = response.headers.get("location") ?? "";
    expect(location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/chat\/completions$/);
    expect(new URL(location).origin).not.toBe(simulator.origin);
    await fetch(location, { method: "POST", headers: { authorization: `Bearer ${token}` } });
    // The log of the one simulator shows what arrived at the other origin.
    expect(simulator.requests.at(-1)?.headers["authorization"]).toBe(`Bearer ${token}`);
  },
};
