import { createFileStore } from "../../src/store/file-store.ts";
import { sample } from "./sample.ts";
import { takeIdentity } from "./identity.ts";

takeIdentity();
const [path = ""] = process.argv.slice(2);
try {
  await createFileStore({ path }).set("octocat@github.com", sample("octocat"));
} catch (error) {
  console.log(JSON.stringify({ ...(error as object), message: (error as Error).message }));
}
