import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { chromium } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { createLoginServer, createMemoryStore, login } from "../../src/index.ts";
import type { LoginServerEvent } from "../../src/index.ts";
import { canary, granted, pending, scriptedServer } from "../scripted-server.ts";
import { inBrowser, browserPath } from "./browser.ts";
import { virtualClock } from "../virtual-clock.ts";

if (!browserPath)
  console.warn("skipped: secrets in a browser's profile, for there is no Chromium on this system");

const key = "sk-canary-0f4b7716aa";
const secrets = [canary.deviceCode, canary.token, key];

/** The texts of all files of a folder, as bytes in both encodings that a browser writes. */
async function textsOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(async (entry) => {
      const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
      return bytes.toString("latin1") + bytes.toString("latin1").replaceAll("\0", "");
    }),
  );
  return texts.join("\n");
}

describe.skipIf(!browserPath)(
  "S-C5: no secret reaches the page, its addresses, its headers, or what a browser keeps",
  inBrowser,
  () => {
    test("two logins and a pasted key, in a profile that is searched afterwards", async () => {
      const approved = Promise.withResolvers<void>();
      const said = [canary.deviceCode, canary.token].join(" ");
      const github = await scriptedServer({
        polls: [
          pending,
          { json: { error: "slow_down" } },
          // A host that repeats what it was told is not to be repeated.
          { status: 500, text: `<title>${said}</title>` },
          pending,
          { json: { error: "access_denied", error_description: said } },
          pending,
          granted,
        ],
      });
      const events: LoginServerEvent[] = [];
      const server = await createLoginServer({
        startLogin: async function* ({ signal }) {
          const options = { store: createMemoryStore(), host: github.origin, signal, ...virtualClock() };
          for await (const event of login(options)) {
            // The page has been looked at before the end comes.
            if (event.type === "succeeded") await approved.promise;
            yield event;
          }
        },
        fields: [{ name: "key", label: "API key" }],
        onSubmit: async (values) => {
          throw new Error(`not this one: ${values["key"]}`);
        },
        onEvent: (event) => events.push(event),
      });
      const folder = await mkdtemp(join(tmpdir(), "login-profile-"));
      onTestFinished(async () => {
        await server.close();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      });

      const traffic: string[] = [];
      const context = await chromium.launchPersistentContext(folder, {
        executablePath: browserPath ?? "",
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-background-networking",
          "--disable-component-update",
        ],
      });
      context.setDefaultTimeout(10_000);
      const bodies: Promise<unknown>[] = [];
      context.on("response", (response) => {
        traffic.push(response.url(), inspect(response.headers()));
        bodies.push(
          response.text().then(
            (text) => traffic.push(text),
            () => undefined,
          ),
        );
      });
      const page = await context.newPage();
      await page.goto(server.url);
      await page.getByRole("heading", { name: "The request was denied" }).waitFor();
      await page.getByRole("link", { name: "Paste a token or key instead" }).click();
      await page.getByLabel("API key").fill(key);
      await page.getByRole("button", { name: "Use it" }).click();
      await page.getByRole("alert").waitFor();
      traffic.push(await page.content());
      await page.getByRole("link", { name: "Sign in with a code instead" }).click();
      await page.getByRole("button", { name: "Get a new code" }).click();
      await page.getByLabel("Copy your one-time code").waitFor();
      traffic.push(await page.content());
      approved.resolve();
      await page.getByRole("heading", { name: "You are signed in" }).waitFor();
      traffic.push(await page.content(), inspect(await context.storageState()), page.url());
      expect(await server.done).toMatchObject({ type: "signed_in", login: "Octocat" });
      // An answer that still waits for news ends with the browser.
      await context.close();
      await Promise.all(bodies);
      await server.close();

      const kept = await textsOf(folder);
      const told = inspect([events, server, await server.done], { depth: Infinity, showHidden: true });
      const all = traffic.join("\n");
      const leaks = Object.entries({ kept, told, all }).flatMap(([where, text]) =>
        secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${where}`),
      );
      // The error of the caller is handed back to nobody; what the events hold is a denial.
      expect(leaks).toEqual([]);
      // The code for people is on the page, and neither in an address nor on the disk.
      expect(all).toContain("WDJB-MJHT");
      expect(kept).not.toContain("WDJB-MJHT");
      const addresses = traffic.filter((text) => text.startsWith("http://"));
      expect(addresses.join("\n")).not.toContain("WDJB-MJHT");
      // All this would have been seen: what was visited is in the profile, and the secrets were really sent.
      expect(kept).toContain(new URL("./", server.url).pathname);
      expect(github.requests.map(({ form }) => form.get("device_code"))).toContain(canary.deviceCode);
      expect(github.requests.map(({ headers }) => headers.authorization)).toContain(`Bearer ${canary.token}`);
    });
  },
);
