// Runs a command with the bash tool. Arguments: the command, and what this program does besides: "wait" for it,
// "exit" or "throw" once it has printed "up", "handle" signals by itself, run a second one with a "twice" made tool,
// "stay" when it is over, or have it run as a "job" in the background.
import { createBashTool } from "@zotpilot/tools";

const [command = "", then = "wait"] = process.argv.slice(2);

if (then === "handle") {
  process.once("SIGTERM", () => {
    process.once("SIGTERM", () => process.exit(6));
    process.stdout.write("handled once\n");
  });
}

function progress(text: string): void {
  process.stdout.write(text);
  if (!text.includes("up")) return;
  if (then === "exit") process.exit(5);
  if (then === "throw") void Promise.reject(new Error("on purpose"));
}

const context = { cwd: process.cwd(), signal: new AbortController().signal, progress };
await Promise.all([
  createBashTool().run({ command, background: then === "job" }, context),
  then === "twice" && createBashTool().run({ command: "echo $$ > second; sleep 300" }, context),
]);
const left = ["exit", "SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name));
process.stdout.write(`listeners ${left.join(" ")}\n`);
if (then === "stay" || then === "job") setInterval(() => undefined, 1_000_000);
