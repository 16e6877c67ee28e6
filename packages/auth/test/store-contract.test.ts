import { join } from "node:path";
import { createFileStore, createMemoryStore } from "../src/index.ts";
import { credentialStoreContract } from "./credential-store-contract.ts";
import { temporaryFolder } from "./temporary-folder.ts";

credentialStoreContract("the memory store", async () => createMemoryStore());
credentialStoreContract("the file store", async () =>
  createFileStore({ path: join(await temporaryFolder(), "state", "credentials.json") }),
);
