import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createRpcClient, type RpcApproval, type WireEvent } from "@zotpilot/core/rpc";
import { answer, createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import {
  accountOf,
  cliArguments,
  createSandbox,
  finished,
  runCli,
  startCli,
  type Sandbox,
} from "./support/cli.ts";

/** A model that writes two files in each first answer, and a program that asks it. */
async function start() {
  const simulator = await createSimulator({
    answer: ({ messages }) =>
      messages.at(-1)?.role === "user"
        ? answer.toolCalls([
            { name: "write", arguments: { path: "a.txt", content: "A" } },
            { name: "write", arguments: { path: "b.txt", content: "B" } },
          ])
        : answer.text("done"),
  });
  const sandbox = await createSandbox(accountOf(simulator));
  return {
    simulator,
    sandbox,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await simulator.close();
    },
  };
}

function connect(sandbox: Sandbox) {
  const child = startCli(sandbox, ["rpc"]);
  child.stdin.on("error", () => undefined);
  return { child, client: createRpcClient({ input: child.stdout, output: child.stdin }) };
}

const results = (events: readonly WireEvent[]): string[] =>
  events
    .filter(({ type }) => type === "tool_result")
    .map(({ content }) => (content as { text: string }[])[0]?.text ?? "");

const isThere = (sandbox: Sandbox, name: string): Promise<boolean> =>
  stat(join(sandbox.project, name)).then(
    () => true,
    () => false,
  );

test("S-H3, S-H4: calls side by side are asked about one by one; yes, always and no are kept to", async () => {
  await using set = await start();
  const { sandbox, simulator } = set;
  const { child, client } = connect(sandbox);
  const asked: RpcApproval[] = [];
  await client.onApproval((approval) => {
    asked.push(approval);
    const { path } = approval.args as { path: string };
    return path === "a.txt"
      ? { decision: "allow", remember: "project" }
      : { decision: "deny", reason: "leave b alone" };
  });
  const events = await Array.fromAsync(client.prompt("write both"));
  expect(asked).toMatchObject([
    {
      name: "write",
      args: { path: "a.txt", content: "A" },
      risk: "write",
      writes: [expect.stringMatching(/a\.txt$/)],
      remember: ["write(a.txt)"],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    { name: "write", args: { path: "b.txt", content: "B" } },
  ]);
  expect(results(events)).toEqual([expect.stringMatching(/^created a\.txt/), "leave b alone"]);
  expect(await readFile(join(sandbox.project, "a.txt"), "utf8")).toBe("A");
  expect(await isThere(sandbox, "b.txt")).toBe(false);
  const told = simulator.requests.findLast(({ path }) => path === "/chat/completions");
  expect(JSON.stringify(told?.body)).toContain("leave b alone");

  // "Always" holds in this program, in the next one, and in the list.
  await Array.fromAsync(client.prompt("again"));
  expect(asked.map(({ args }) => (args as { path: string }).path)).toEqual(["a.txt", "b.txt", "b.txt"]);
  client.close();
  expect(await once(child, "exit")).toEqual([0, null]);
  const listed = await runCli(sandbox, ["permissions", "--json"]);
  expect(listed.stdout).toContain("write(a.txt)");
  const next = await runCli(sandbox, ["rpc"], '{"type":"prompt","message":"again"}\n');
  const lines = next.stdout.trimEnd().split("\n");
  const again = lines
    .map((line) => JSON.parse(line) as WireEvent)
    .filter(({ type }) => type === "tool_result");
  expect(again.map((event) => event["is_error"])).toEqual([false, true]);
  expect(results(again)[1]).toMatch(/^not permitted: .*there is nobody to ask here/);
});

test("S-H9: a client that goes away, stops or ends its input leaves nothing that was not approved", async () => {
  for (const way of ["killed", "aborted", "input ended"] as const) {
    await using set = await start();
    const { sandbox } = set;
    const { child, client } = connect(sandbox);
    const asked = Promise.withResolvers<AbortSignal>();
    await client.onApproval(async (_, { signal }) => {
      asked.resolve(signal);
      return new Promise(() => undefined);
    });
    const run = Array.fromAsync(client.prompt("write both")).catch((error: unknown) => error);
    const signal = await asked.promise;
    if (way === "killed") {
      child.stdin.destroy();
      child.stdout.destroy();
    } else if (way === "aborted") {
      await client.request({ type: "abort" });
      expect(await run).toContainEqual({ type: "done" });
      client.close();
    } else {
      client.close();
      expect(results((await run) as WireEvent[])).toEqual([
        "user cancelled: nobody is there any more to answer",
        expect.stringMatching(/there is nobody to ask here/),
      ]);
    }
    expect(await once(child, "exit"), way).toEqual([0, null]);
    await run;
    expect(signal.aborted, way).toBe(true);
    expect(await isThere(sandbox, "a.txt"), way).toBe(false);
    expect(await isThere(sandbox, "b.txt"), way).toBe(false);
  }
});

/** What a client looks like that knows nothing but the page about the protocol. */
const pythonClient = `
import json, subprocess, sys
decision, *command = sys.argv[1:]
server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
def send(**request):
    server.stdin.write(json.dumps(request) + "\\n")
    server.stdin.flush()
if decision != "none":
    send(type="hello", approvals=True)
send(type="prompt", id="1", message="write both")
for line in server.stdout:
    event = json.loads(line)
    if event["type"] == "approval_request":
        send(type="respond", id="2", request_id=event["id"], digest=event["digest"], decision=decision)
    if event["type"] == "tool_result":
        print(event["content"][0]["text"])
    if event["type"] == "done":
        server.stdin.close()
sys.exit(server.wait())
`;

const python = spawnSync("python3", ["--version"]).status === 0 ? "python3" : undefined;

test.skipIf(!python)("a client in Python, with what the page says and no more", async () => {
  const said = {
    allow: [/^created a\.txt/, /^created b\.txt/],
    deny: [/^user declined$/, /^user declined$/],
    none: [/nobody to ask here/, /nobody to ask here/],
  };
  for (const [decision, lines] of Object.entries(said)) {
    await using set = await start();
    const { sandbox } = set;
    const command = [process.execPath, ...cliArguments, "rpc"];
    const child = spawn(python ?? "", ["-c", pythonClient, decision, ...command], {
      cwd: sandbox.project,
      env: sandbox.env,
      stdio: "pipe",
    });
    const { code, stdout, stderr } = await finished(child);
    expect(code, stderr).toBe(0);
    expect(stdout.trimEnd().split("\n")).toEqual(lines.map((line) => expect.stringMatching(line)));
    expect(await isThere(sandbox, "a.txt")).toBe(decision === "allow");
  }
});
