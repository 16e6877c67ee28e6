import { createFileStore } from "../../src/store/file-store.ts";
import { takeIdentity } from "./identity.ts";

takeIdentity();
const [path = ""] = process.argv.slice(2);
try {
  console.log(JSON.stringify(await createFileStore({ path }).list()));
} catch (error) {
  console.log(JSON.stringify({ ...(error as object), message: (error as Error).message }));
}
