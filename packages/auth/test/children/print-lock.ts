// Prints the content of a lock file of this process, which is gone once it is read.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock } from "../../src/store/lock.ts";

const folder = await mkdtemp(join(tmpdir(), "zotpilot-auth-"));
await acquireLock(join(folder, "lock"));
process.stdout.write(await readFile(join(folder, "lock"), "utf8"));
await rm(folder, { recursive: true });
