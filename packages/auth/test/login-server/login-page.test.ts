import { expect, test } from "vitest";
import { enter, send } from "./http-client.ts";
import { startLoginPage } from "./page-server.ts";

test("a whole login: code, approval, the good end, and the page is gone", async () => {
  const { simulator, server, store, code, types } = await startLoginPage();
  const userCode = await code();
  const browser = await enter(server.url);
  const page = await browser.look();
  expect(page).toContain(`value="${userCode}"`);
  expect(page).toContain(`${simulator.origin}/login/device`);
  simulator.approveDevice(userCode);
  expect(await server.done).toMatchObject({ type: "signed_in", login: "sample-user" });
  expect(await browser.look()).toContain("You may close this tab");
  await server.close();
  await expect(send(browser.page)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(await store.list()).toHaveLength(1);
  expect(types()).toEqual(["code_issued", "polling", "page_opened", "succeeded"]);
});
