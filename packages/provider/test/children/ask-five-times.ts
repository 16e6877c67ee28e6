// Asks for five answers at once with a client of its own, and prints them.
import { collectMessage, createCopilot, textOf } from "@zotpilot/provider";

const copilot = createCopilot({
  githubToken: () => process.env["TEST_GITHUB_TOKEN"] ?? "",
  host: process.env["TEST_HOST"] ?? "",
});
const asked = Array.from({ length: 5 }, async () => {
  const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "hello" }] }];
  return textOf((await collectMessage(copilot.stream({ model: "gpt-4.1", messages }))).message);
});
process.stdout.write(JSON.stringify(await Promise.all(asked)));
await copilot.close();
