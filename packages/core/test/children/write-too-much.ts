// Appends a small event, one that is larger than the file may grow, and a small one again; prints what became of them.
import { createSession, isCoreError, type DurableEvent } from "../../src/index.ts";

const session = createSession({ directory: process.argv[2] ?? "", cwd: "/project" });
const outcomes: string[] = [];
for (const text of ["small", "x".repeat(100_000), "small again"]) {
  const event: DurableEvent = {
    type: "user_message",
    message: { role: "user", content: [{ type: "text", text }] },
  };
  await session.append(event).then(
    () => outcomes.push("kept"),
    (error: unknown) => outcomes.push(isCoreError(error) ? error.code : String(error)),
  );
}
await session.close();
process.stdout.write(JSON.stringify({ path: session.path, outcomes }));
