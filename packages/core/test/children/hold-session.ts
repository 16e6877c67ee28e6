// Opens a session, says so, and holds it until it is killed.
import { openSession } from "../../src/index.ts";

await openSession(process.argv[2] ?? "", { held: "throw" });
process.stdout.write("open\n");
process.stdin.resume();
