import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createFileStore,
  createKeychainStore,
  createMemoryStore,
  loadKeychainBackend,
  openCredentialStore,
  withMemoryFallback,
} from "../src/index.ts";
import { credentialStoreContract } from "./credential-store-contract.ts";
import { sampleKeychain } from "./keychains.ts";
import { temporaryFolder } from "./temporary-folder.ts";

credentialStoreContract("the memory store", async () => createMemoryStore());
credentialStoreContract("the file store", async () =>
  createFileStore({ path: join(await temporaryFolder(), "state", "credentials.json") }),
);
credentialStoreContract("the keychain store", async () =>
  createKeychainStore({
    backend: sampleKeychain().backend,
    indexPath: join(await temporaryFolder(), "state", "keychain.json"),
  }),
);
credentialStoreContract("a store with accounts in two places", async () => {
  const { backend } = sampleKeychain();
  const folder = join(await temporaryFolder(), "state");
  const { store: keychain } = await openCredentialStore({ folder, backend, preference: "keychain" });
  await keychain.set("earlier@github.com", {
    type: "oauth",
    host: "github.com",
    login: "earlier",
    token: "ghu_earlier",
    createdAt: "2026-01-01T00:00:00.000Z",
  });
  const { store } = await openCredentialStore({ folder, backend, preference: "file" });
  await store.delete("earlier@github.com");
  return store;
});
credentialStoreContract("a store that falls back to memory", async () =>
  withMemoryFallback(createFileStore({ path: join(await temporaryFolder(), "credentials.json") })),
);

const keychain = await loadKeychainBackend();
const usable = keychain !== undefined && (await worksHere());

async function worksHere(): Promise<boolean> {
  const service = `zotpilot test ${randomBytes(4).toString("hex")}`;
  const trial = await keychain?.set(service, "trial", "value").then(
    async () => keychain.delete(service, "trial"),
    () => false,
  );
  return trial === true;
}

if (usable && keychain !== undefined) {
  const service = `zotpilot test ${randomBytes(4).toString("hex")}`;
  credentialStoreContract(`the keychain of this machine (${keychain.name})`, async () => {
    const store = createKeychainStore({
      backend: keychain,
      service: `${service} ${randomBytes(4).toString("hex")}`,
      indexPath: join(await temporaryFolder(), "keychain.json"),
    });
    return store;
  });
} else {
  test("a machine without a keychain is told apart from one that has one", async () => {
    const folder = await temporaryFolder();
    const opened = await openCredentialStore({ folder });
    expect(opened).toMatchObject({
      kind: "file",
      reason: expect.stringMatching(/^The keychain cannot be used: /),
    });
  });
}
