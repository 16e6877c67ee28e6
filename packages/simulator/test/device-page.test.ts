import { expect, test } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";

async function startCode(simulator: Simulator, scope = "read:user repo"): Promise<string> {
  const response = await fetch(`${simulator.origin}/login/device/code`, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ client_id: '<b>"app"</b>', scope }),
  });
  return ((await response.json()) as { user_code: string }).user_code;
}

async function submit(
  simulator: Simulator,
  fields: Record<string, string>,
): Promise<{ status: number; page: string }> {
  const response = await fetch(`${simulator.origin}/login/device`, {
    method: "POST",
    body: new URLSearchParams(fields),
  });
  return { status: response.status, page: await response.text() };
}

test("a person enters the code, sees who asks for what, and approves", async () => {
  await using simulator = await createSimulator();
  const code = await startCode(simulator);
  const first = await fetch(`${simulator.origin}/login/device?user_code=${code}`);
  expect(first.headers.get("content-security-policy")).toContain("default-src 'none'");
  const entering = await first.text();
  expect(entering).toContain("zotpilot simulator, not GitHub");
  expect(entering).toContain(`value="${code}"`);
  expect(entering).toContain('<label for="user_code">');
  expect(entering).not.toContain("<script");

  const confirming = await submit(simulator, { user_code: ` ${code.replace("-", "").toLowerCase()} ` });
  expect(confirming.page).toContain("<code>read:user</code>");
  expect(confirming.page).toContain("<code>repo</code>");
  expect(confirming.page).toContain("&lt;b&gt;&quot;app&quot;&lt;/b&gt;");
  expect(confirming.page).not.toContain("<b>");

  const approved = await submit(simulator, { user_code: code, decision: "approve" });
  expect(approved.page).toContain("The login is approved");
  expect((await submit(simulator, { user_code: code })).status).toBe(422);
});

test("a wrong code says so and keeps what was typed; cancelling ends the code", async () => {
  await using simulator = await createSimulator();
  const wrong = await submit(simulator, { user_code: '"><script>' });
  expect(wrong.status).toBe(422);
  expect(wrong.page).toContain('role="alert">This code is not valid');
  expect(wrong.page).toContain('value="&quot;&gt;&lt;script&gt;"');
  expect((await submit(simulator, {})).page).toContain("Enter a code.");
  const code = await startCode(simulator, "");
  expect((await submit(simulator, { user_code: code })).page).toContain("It asks for no scopes.");
  expect((await submit(simulator, { user_code: code, decision: "cancel" })).page).toContain(
    "Nothing was connected",
  );
});
