import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whether certificates can be made on this machine. */
export const hasOpenssl = ["/usr/bin/openssl", "/bin/openssl", "/usr/local/bin/openssl"].some(existsSync);

/** A certificate authority of the test, and a certificate of it for some names. */
export interface Certificates {
  /** The authority, as PEM text. */
  ca: string;
  /** A file with the same. */
  caFile: string;
  key: string;
  certificate: string;
  remove(): Promise<void>;
}

/** Makes an authority that nobody else trusts, and a certificate for `names` signed by it. */
export async function makeCertificates(names: readonly string[]): Promise<Certificates> {
  const folder = await mkdtemp(path.join(tmpdir(), "zotpilot certificates "));
  const openssl = (...args: string[]) => run("openssl", args, { cwd: folder });
  const make = (...args: string[]) =>
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", ...args);
  await make("-x509", "-days", "2", "-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out", "ca.pem");
  await make("-subj", `/CN=${names[0]}`, "-keyout", "host.key", "-out", "host.csr");
  await writeFile(
    path.join(folder, "names"),
    `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\n`,
  );
  const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  await openssl("x509", "-req", "-in", "host.csr", ...signing, "-out", "host.pem");
  const read = (name: string) => readFile(path.join(folder, name), "utf8");
  return {
    ca: await read("ca.pem"),
    caFile: path.join(folder, "ca.pem"),
    key: await read("host.key"),
    certificate: await read("host.pem"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A proxy that wants a password and sends every host name to one TLS server, behind which is one plain server. */
export interface PrivateNetwork {
  /** Host and port of the proxy. */
  proxy: string;
  /** What was asked to be connected to, in order. */
  opened: string[];
  /** The headers of those requests. */
  asked: IncomingMessage["headers"][];
  close(): Promise<void>;
}

/** Starts the proxy and the TLS server; what arrives there goes on to `port` on loopback. */
export async function startPrivateNetwork(
  port: number,
  certificates: Pick<Certificates, "key" | "certificate">,
  login: { user: string; password: string } | undefined,
): Promise<PrivateNetwork> {
  const sockets = new Set<Socket>();
  const join = (left: Socket, right: Socket) => {
    for (const socket of [left, right]) {
      sockets.add(socket);
      socket.on("error", () => {
        left.destroy();
        right.destroy();
      });
    }
    left.pipe(right).pipe(left);
  };
  const tls = createTlsServer({ key: certificates.key, cert: certificates.certificate }, (socket) =>
    join(socket, connect(port, "127.0.0.1")),
  );
  tls.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
  const tlsPort = (tls.address() as AddressInfo).port;

  const opened: string[] = [];
  const asked: IncomingMessage["headers"][] = [];
  const wanted =
    login && `Basic ${Buffer.from(`${login.user}:${login.password}`, "utf8").toString("base64")}`;
  const proxy = createServer((_request, response) => response.writeHead(405).end());
  proxy.on("connect", (request, socket: Socket) => {
    asked.push(request.headers);
    socket.on("error", () => undefined);
    if (wanted !== undefined && request.headers["proxy-authorization"] !== wanted) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n");
      return;
    }
    const target = request.url ?? "";
    opened.push(target);
    if (target.includes("forbidden.")) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const behind = connect(tlsPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      join(socket, behind);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    proxy: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    opened,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.closeAllConnections();
      await Promise.all([proxy, tls].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
