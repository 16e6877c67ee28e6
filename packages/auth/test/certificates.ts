import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "./temporary-folder.ts";

const run = promisify(execFile);

/** Whether certificates can be made on this machine. */
export const hasOpenssl = ["/usr/bin/openssl", "/bin/openssl", "/usr/local/bin/openssl"].some(existsSync);

/** A certificate of an authority that nobody knows, for a name, with its key. */
export async function makeCertificate(name: string) {
  const folder = await temporaryFolder();
  const openssl = (line: string) => run("openssl", line.split(" "), { cwd: folder });
  const make = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  const signed = "-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out host.pem";
  await openssl(`${make} -x509 -days 2 -subj /O=Sample/CN=Authority -keyout ca.key -out ca.pem`);
  await openssl(`${make} -subj /CN=${name} -keyout host.key -out host.csr`);
  await writeFile(join(folder, "names"), `subjectAltName=DNS:${name}\n`);
  await openssl(`x509 -req -in host.csr ${signed}`);
  const read = (file: string) => readFile(join(folder, file), "utf8");
  return { key: await read("host.key"), cert: await read("host.pem") };
}
