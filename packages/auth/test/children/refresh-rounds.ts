// Asks for a fresh token whenever it is told to, and tells which one it got or what went wrong.
import { createTokenRefresher } from "../../src/refresh/refresher.ts";
import { createFileStore } from "../../src/store/file-store.ts";

const [path = "", id = ""] = process.argv.slice(2);
const store = createFileStore({ path });
const refresher = createTokenRefresher({
  store,
  fetch: (url, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("x-process", String(process.pid));
    return fetch(url, { ...init, headers });
  },
});

process.on("message", () => {
  refresher.fresh(id).then(
    ({ token, refreshToken }) => process.send?.({ token, refreshToken }),
    (error: Error) => process.send?.({ problem: `${error.name}: ${error.message}` }),
  );
});
process.send?.({ ready: true });
