// Plays one conversation into a session and kills this process in the middle of its n-th step that changes a file; a
// write is killed behind its first half. Arguments: the folder, the number of the step. Prints each durable event once
// it is told. Ends by itself when there are fewer steps.
import promises, { type FileHandle } from "node:fs/promises";
import { writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";

const [folder = "", wanted = ""] = process.argv.slice(2);
let steps = 0;

function die(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

/** Counts a step; true when it is the one to die in. */
function isLast(): boolean {
  steps += 1;
  return steps === Number(wanted);
}

for (const name of ["rename", "rm", "mkdir", "appendFile", "writeFile", "link"] as const) {
  const real = promises[name] as (...parameters: unknown[]) => Promise<unknown>;
  Object.assign(promises, {
    [name]: async (...parameters: unknown[]) => {
      if (isLast()) die();
      return real(...parameters);
    },
  });
}
const probe = await promises.open(join(folder, "probe"), "w");
const prototype = Object.getPrototypeOf(probe) as FileHandle;
await probe.close();
for (const name of ["datasync", "sync", "truncate", "writeFile"] as const) {
  const real = prototype[name] as (...parameters: unknown[]) => Promise<unknown>;
  Object.assign(prototype, {
    [name]: async function (this: FileHandle, ...parameters: unknown[]) {
      if (isLast()) die();
      return real.apply(this, parameters);
    },
  });
}
const realWrite = prototype.write as (...parameters: unknown[]) => Promise<unknown>;
Object.assign(prototype, {
  write: async function (this: FileHandle, bytes: Buffer, offset: number, length: number, position: null) {
    if (!isLast()) return realWrite.call(this, bytes, offset, length, position);
    writeSync(this.fd, bytes, offset, Math.ceil(length / 2));
    return die();
  },
});
syncBuiltinESMExports();

const { createAgent, createSessionStore, isDurable } = await import("../../src/index.ts");
const { crashTools, crashProvider, crashModelInfo } = await import("../support/crash-conversation.ts");

const store = createSessionStore({ root: folder, cwd: "/project" });
const session = (await store.openLatest()) ?? store.create();
const agent = createAgent({
  provider: crashProvider(),
  model: "model-a",
  tools: crashTools,
  session,
  modelInfo: crashModelInfo,
});
agent.subscribe((event) => {
  if (isDurable(event)) writeSync(1, `${JSON.stringify(event)}\n`);
});
await agent.rename("crash");
await agent.prompt("first");
await agent.prompt("second");
await agent.close();
await store.list();
