import { createTokenRefresher } from "../../src/refresh/refresher.ts";
import { createFileStore } from "../../src/store/file-store.ts";
import { takeIdentity } from "./identity.ts";

takeIdentity();
const [path = "", id = ""] = process.argv.slice(2);
try {
  const { token } = await createTokenRefresher({ store: createFileStore({ path }) }).fresh(id);
  console.log(JSON.stringify({ token }));
} catch (error) {
  console.log(JSON.stringify({ ...(error as object), message: (error as Error).message }));
}
