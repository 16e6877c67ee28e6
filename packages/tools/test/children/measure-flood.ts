// Runs the command that is its argument with the bash tool, and prints as JSON by how many MiB the memory grew meanwhile,
// how many characters were shown, and the result.
import { createBashTool } from "../../src/bash.ts";

const [command = ""] = process.argv.slice(2);
const bash = createBashTool();
let progressed = 0;
const context = {
  cwd: process.cwd(),
  signal: new AbortController().signal,
  progress: (text: string) => void (progressed += text.length),
};
await bash.run({ command: "true" }, context);
const before = process.memoryUsage().rss;
let most = before;
const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
const result = await bash.run({ command, timeout: 600 }, context);
clearInterval(timer);
most = Math.max(most, process.memoryUsage().rss);
const text = result.content.map((part) => (part.type === "text" ? part.text : "")).join("");
process.stdout.write(
  JSON.stringify({ grew: (most - before) / 1024 / 1024, progressed, text, details: result.details }),
);
