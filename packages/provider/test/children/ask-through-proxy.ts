// Asks for an answer with nothing but the environment to find the way, and prints it or the error.
import { collectMessage, createCopilot, isProviderError, textOf } from "@zotpilot/provider";

const copilot = createCopilot({ githubToken: () => process.env["TEST_GITHUB_TOKEN"] ?? "" });
try {
  const models = await copilot.listModels();
  const { message } = await collectMessage(
    copilot.stream({
      model: "gpt-4.1",
      messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
    }),
  );
  console.log(JSON.stringify({ models: models.length, text: textOf(message) }));
} catch (error) {
  if (!isProviderError(error)) throw error;
  console.log(JSON.stringify(error));
}
await copilot.close();
