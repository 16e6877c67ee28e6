// zotpilot driven by another program: this one starts `zotpilot rpc` and talks to it over its stdin and stdout.
//
//   node examples/rpc-client.ts ["a prompt"]
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createRpcClient } from "@zotpilot/core/rpc";

// The installed command would be just "zotpilot"; this finds the one of this repository.
const program = createRequire(import.meta.url)
  .resolve("@zotpilot/agent/package.json")
  .replace(
    "package.json",
    process.execArgv.some((flag) => flag.includes("@zotpilot/source")) ? "src/bin.ts" : "dist/bin.js",
  );
const child = spawn(process.execPath, [...process.execArgv, program, "rpc", "--demo"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const client = createRpcClient({ input: child.stdout, output: child.stdin });

const hello = await client.request({ type: "hello" });
console.log(`connected to zotpilot ${String(hello["version"])}, model ${String(hello["model"])}`);

// Reading runs by itself. What would change something is asked about; this program only looks.
await client.onApproval(({ name, args }) => {
  console.log(`refused: ${name} ${JSON.stringify(args)}`);
  return { decision: "deny", reason: "only look" };
});

for await (const event of client.prompt(process.argv[2] ?? "list the files here")) {
  if (event.type === "text_delta") process.stdout.write(String(event["delta"]));
  if (event.type === "tool_call")
    console.log(`\n[${String(event["name"])} ${JSON.stringify(event["args"])}]`);
}
console.log();
client.close();
const exitCode = await new Promise((resolve) => child.once("exit", resolve));
console.log(`zotpilot ended with exit code ${String(exitCode)}`);
