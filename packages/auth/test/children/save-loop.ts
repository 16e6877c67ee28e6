// Saves the same account again and again, with tokens of every size, and tells each save, until it is killed.
import { createFileStore } from "../../src/store/file-store.ts";
import { sample } from "./sample.ts";

const [path = ""] = process.argv.slice(2);
const store = createFileStore({ path });
for (let round = 0; ; round += 1) {
  await store.set("victim@github.com", sample("victim", (round * 7919) % 60_000));
  process.stdout.write(".");
}
