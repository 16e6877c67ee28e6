// Runs one command with the bash tool. Arguments: the command, and what this process does once the command is up:
// "wait" for it, "exit", "throw", or "handle" signals by itself.
import { createBashTool } from "@zotpilot/tools";

const [command = "", then = "wait"] = process.argv.slice(2);

const running = createBashTool().run(
  { command },
  {
    cwd: process.cwd(),
    signal: new AbortController().signal,
    progress(text) {
      process.stdout.write(text);
      if (!text.includes("up")) return;
      if (then === "exit") process.exit(5);
      if (then === "throw") void Promise.reject(new Error("on purpose"));
    },
  },
);
if (then === "handle") {
  process.once("SIGTERM", () => {
    process.stdout.write("handled once\n");
    process.once("SIGTERM", () => process.exit(6));
  });
}
await running;
const left = ["exit", "SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name));
process.stdout.write(`listeners ${left.join(" ")}\n`);
