import { inspect } from "node:util";
import { expect, test } from "vitest";
import { AuthError, createLoginServer } from "../../src/index.ts";
import type { LoginServerEvent, LoginServerOptions } from "../../src/index.ts";
import { enter, send } from "./http-client.ts";
import { startLoginPage } from "./page-server.ts";

const canary = "sk-canary-7d1f0c55e2";
const fields = [
  { name: "key", label: "API key", hint: "From the settings of your account." },
  { name: "region", label: "Region", visible: true, optional: true },
];

async function pasteOnly(onSubmit: NonNullable<LoginServerOptions["onSubmit"]>) {
  return startLoginPage({ startLogin: undefined, fields, onSubmit });
}

test("a pasted value reaches the caller, and nobody else", async () => {
  const seen: unknown[] = [];
  const { server, events } = await pasteOnly(async (values) => {
    seen.push(values);
    return { account: "team-a" };
  });
  const browser = await enter(server.url);
  const page = await browser.look();
  expect(page).toContain("API key");
  expect(page).not.toContain('http-equiv="refresh"');
  const fieldsSent = {
    "form-token": await browser.formToken(),
    "value-key": ` ${canary}\n`,
    "value-region": "",
  };
  const posted = await browser.post("token", fieldsSent);
  expect(posted).toMatchObject({ status: 303, text: "" });
  expect(await server.done).toEqual({ type: "submitted", account: "team-a" });
  expect(seen).toEqual([{ key: canary, region: "" }]);
  const last = await browser.look();
  expect(last).toContain("team-a");
  expect(last).toContain("You may close this tab");
  const said = inspect([events, server, posted, last, await server.done], { depth: Infinity });
  expect(said).not.toContain(canary);
});

test("a refusal is told in the caller's words, without the value, and can be repeated", async () => {
  let tries = 0;
  const { server } = await pasteOnly(async ({ key }) => {
    tries += 1;
    if (tries === 1) throw new AuthError("token_unusable", `The key ${key} is <b>of another kind</b>.`);
    if (tries === 2) throw new Error(`secret reason ${key}`);
  });
  const browser = await enter(server.url);
  const good = { "form-token": await browser.formToken(), "value-key": canary };
  const first = await browser.post("token", good);
  expect(first.status).toBe(422);
  expect(first.text).toContain("The key [secret…] is &lt;b&gt;of another kind&lt;/b&gt;.");
  const second = await browser.post("token", good);
  expect(second.text).toContain("The program that opened this page knows more");
  expect(second.text).not.toContain("secret reason");
  expect(first.text + second.text).not.toContain(canary);
  expect((await browser.post("token", good)).status).toBe(303);
  expect(await server.done).toEqual({ type: "submitted" });
});

test("what cannot be a value is not handed over", async () => {
  const seen: unknown[] = [];
  const { server } = await pasteOnly(async (values) => void seen.push(values));
  const browser = await enter(server.url);
  const formToken = await browser.formToken();
  const tries: [string, string][] = [
    ["", "API key is empty."],
    ["   ", "API key is empty."],
    [`${canary}\r\nx: y`, "API key holds a line end"],
    [canary.padEnd(9000, "x"), "API key is too long."],
  ];
  for (const [value, sentence] of tries) {
    const { status, text } = await browser.post("token", { "form-token": formToken, "value-key": value });
    expect([status, text.includes(sentence), text.includes(canary)]).toEqual([422, true, false]);
  }
  expect((await browser.post("token", { "value-key": canary })).status).toBe(403);
  expect(
    (await browser.post("token", { "form-token": formToken, "value-key": canary }, { origin: "null" }))
      .status,
  ).toBe(403);
  expect(
    (
      await send(`${browser.page}token?value-key=${canary}&form-token=${formToken}`, {
        cookie: browser.cookie,
      })
    ).status,
  ).toBe(404);
  expect(seen).toEqual([]);
});

test("one value at a time", async () => {
  const { promise: checked, resolve: finish } = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  let calls = 0;
  const { server } = await pasteOnly(async () => {
    calls += 1;
    started.resolve();
    await checked;
  });
  const browser = await enter(server.url);
  const good = { "form-token": await browser.formToken(), "value-key": canary };
  const first = browser.post("token", good);
  await started.promise;
  expect((await browser.post("token", good)).status).toBe(409);
  finish();
  expect((await first).status).toBe(303);
  expect((await browser.post("token", good)).status).toBe(303);
  expect(calls).toBe(1);
});

test("pasting is offered beside a login, and ends it", async () => {
  const { server, code, simulator, store } = await startLoginPage({
    fields,
    onSubmit: async () => undefined,
  });
  await code();
  const browser = await enter(server.url);
  expect(await browser.look()).toContain('href="token"');
  const posted = await browser.post("token", {
    "form-token": await browser.formToken("token"),
    "value-key": canary,
  });
  expect(posted.status).toBe(303);
  expect(await server.done).toEqual({ type: "submitted" });
  await browser.look();
  await server.close();
  simulator.approveDevice();
  expect(await store.list()).toEqual([]);
});

test("a login that any iterable tells is shown, and what it throws is not, unless it is made to be read", async () => {
  const events: LoginServerEvent[] = [];
  await using server = await createLoginServer({
    // oxlint-disable-next-line require-yield
    startLogin: async function* () {
      throw new Error(canary);
    },
    onEvent: (event) => events.push(event),
  });
  const browser = await enter(server.url);
  const page = await browser.look();
  expect(page).toContain("Something went wrong");
  expect(page).toContain("Get a new code");
  expect(page).not.toContain(canary);
  expect(events[0]).toMatchObject({ type: "attempt_failed", error: { message: canary } });
});

test("settings that cannot work are a mistake of the program", async () => {
  const onSubmit = async () => undefined;
  const wrong: [string, LoginServerOptions][] = [
    ["needs startLogin or fields", {}],
    ["needs startLogin or fields", { fields: [], onSubmit }],
    ["fields need onSubmit", { fields }],
    ["the same name", { fields: [...fields, ...fields], onSubmit }],
    ['"a b" cannot be', { fields: [{ name: "a b", label: "A" }], onSubmit }],
    ['"__proto__" cannot be', { fields: [{ name: "__proto__", label: "A" }], onSubmit }],
  ];
  for (const [sentence, options] of wrong) await expect(createLoginServer(options)).rejects.toThrow(sentence);
  await expect(
    createLoginServer({ fields, onSubmit, signal: AbortSignal.abort(new Error("enough")) }),
  ).rejects.toThrow("enough");
});
