import { expect, test } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";

interface Code {
  device_code: string;
  user_code: string;
  verification_uri: string;
  interval: unknown;
  expires_in: number;
}

async function post(
  simulator: Simulator,
  path: string,
  body: Record<string, string>,
  accept = "application/json",
) {
  return fetch(simulator.origin + path, {
    method: "POST",
    headers: { accept, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function start(simulator: Simulator): Promise<Code> {
  const response = await post(simulator, "/login/device/code", { client_id: "Iv1.test", scope: "read:user" });
  return (await response.json()) as Code;
}

async function poll(simulator: Simulator, code: Code): Promise<Record<string, unknown>> {
  const fields = { client_id: "Iv1.test", device_code: code.device_code, grant_type: GRANT };
  const response = await post(simulator, "/login/oauth/access_token", fields);
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
}

test("a code is handed out, approved, and exchanged once", async () => {
  await using simulator = await createSimulator();
  const code = await start(simulator);
  expect(code).toMatchObject({
    user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/) as unknown,
    device_code: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown,
    verification_uri: `${simulator.origin}/login/device`,
    interval: 5,
    expires_in: 900,
  });
  expect(await poll(simulator, code)).toMatchObject({ status: 200, error: "authorization_pending" });
  expect(simulator.approveDevice(code.user_code)).toBe(true);
  simulator.clock.advance(5000);
  const token = await poll(simulator, code);
  expect(token).toMatchObject({ token_type: "bearer", scope: "read:user" });
  const user = await fetch(`${simulator.origin}/user`, {
    headers: { authorization: `Bearer ${String(token["access_token"])}` },
  });
  expect(await user.json()).toMatchObject({ login: "sample-user" });
  simulator.clock.advance(5000);
  expect(await poll(simulator, code)).toMatchObject({ status: 200, error: "incorrect_device_code" });
});

test("the poll rate is checked before the approval", async () => {
  await using simulator = await createSimulator({ autoApproveDevice: true });
  const code = await start(simulator);
  simulator.use("device.rate_before_state");
  const strict = await start(simulator);
  expect(await poll(simulator, strict)).toMatchObject({ error: "slow_down", interval: 10 });
  simulator.clock.advance(9000);
  expect(await poll(simulator, strict)).toMatchObject({ error: "slow_down", interval: 15 });
  simulator.clock.advance(15_000);
  expect(await poll(simulator, strict)).toHaveProperty("access_token");
  expect(await poll(simulator, code)).toHaveProperty("access_token");
});

test("codes expire by the simulator's clock, can be denied, and belong to one client", async () => {
  await using simulator = await createSimulator();
  const expired = await start(simulator);
  simulator.clock.advance(901_000);
  expect(await poll(simulator, expired)).toMatchObject({ error: "expired_token" });
  const denied = await start(simulator);
  expect(simulator.denyDevice()).toBe(true);
  expect(await poll(simulator, denied)).toMatchObject({ status: 200, error: "access_denied" });
  const foreign = await post(simulator, "/login/oauth/access_token", {
    client_id: "Iv1.other",
    device_code: denied.device_code,
    grant_type: GRANT,
  });
  expect(await foreign.json()).toMatchObject({ error: "incorrect_client_credentials" });
});

test("forms are taken and given when the client does not ask for JSON", async () => {
  await using simulator = await createSimulator();
  const response = await fetch(`${simulator.origin}/login/device/code`, {
    method: "POST",
    body: new URLSearchParams({ client_id: "Iv1.test", scope: "read:user" }),
  });
  expect(response.headers.get("content-type")).toContain("application/x-www-form-urlencoded");
  expect(new URLSearchParams(await response.text()).get("interval")).toBe("5");
});

test("device.slow_down really measures the longer interval", async () => {
  await using simulator = await createSimulator({ scenarios: ["device.slow_down"] });
  const code = await start(simulator);
  const step = async (ms: number): Promise<Record<string, unknown>> => {
    simulator.clock.advance(ms);
    return poll(simulator, code);
  };
  expect(await step(5000)).toMatchObject({ error: "authorization_pending" });
  expect(await step(5000)).toMatchObject({ error: "slow_down", interval: 10 });
  expect(await step(10_000)).toMatchObject({ error: "authorization_pending" });
  expect(await step(10_000)).toHaveProperty("access_token");
});

test("device.transient fails in three ways, then succeeds", async () => {
  await using simulator = await createSimulator({
    scenarios: ["device.transient"],
    deviceIntervalSeconds: 0,
  });
  const code = await start(simulator);
  const fields = { client_id: "Iv1.test", device_code: code.device_code, grant_type: GRANT };
  const attempt = () => post(simulator, "/login/oauth/access_token", fields);
  expect((await attempt()).status).toBe(502);
  expect((await attempt()).headers.get("retry-after")).toBe("1");
  await expect(attempt()).rejects.toThrow("fetch failed");
  expect(await (await attempt()).json()).toHaveProperty("access_token");
});

test.each([
  ["device.denied", { error: "access_denied" }],
  ["device.expired_alias", { error: "token_expired" }],
  ["device.disabled", { error: "device_flow_disabled" }],
  ["device.unknown_error", { error: "temporary_sample_error" }],
  ["device.never", { error: "authorization_pending" }],
])("%s", async (name, expected) => {
  await using simulator = await createSimulator({ scenarios: [name] });
  const code = await start(simulator);
  expect(await poll(simulator, code)).toMatchObject({ status: 200, ...expected });
});

test.each([
  ["device.no_interval", undefined],
  ["device.interval_zero", 0],
  ["device.interval_junk", "soon"],
])("%s", async (name, interval) => {
  await using simulator = await createSimulator({ scenarios: [name] });
  expect((await start(simulator)).interval).toBe(interval);
});

test("device.errors_with_400 and device.form_encoded change the form only", async () => {
  await using simulator = await createSimulator({ scenarios: ["device.errors_with_400"] });
  const code = await start(simulator);
  expect(await poll(simulator, code)).toMatchObject({ status: 400, error: "authorization_pending" });
  simulator.use("device.form_encoded");
  const response = await post(simulator, "/login/device/code", { client_id: "x" });
  expect(new URLSearchParams(await response.text()).get("user_code")).toMatch(/-/);
});
