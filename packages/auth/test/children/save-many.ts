// Saves its own accounts one after the other.
import { createFileStore } from "../../src/store/file-store.ts";
import { sample } from "./sample.ts";

const [path = "", name = "", count = "0"] = process.argv.slice(2);
const store = createFileStore({ path });
for (let index = 0; index < Number(count); index += 1)
  await store.set(`${name}-${index}@github.com`, sample(`${name}-${index}`));
