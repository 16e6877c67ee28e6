import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A server that only this machine reaches. */
export interface LoopbackServer {
  readonly port: number;
  /** Spares a connection when there are too many: it has shown that it is the person's. */
  keep(socket: Socket): void;
  /** Stops listening and ends every connection. Can be called twice. */
  close(): Promise<void>;
}

const headerBytes = 8 * 1024;
const headersPatienceMs = 5_000;
const requestPatienceMs = 10_000;
const keepAliveMs = 5_000;
const mostConnections = 64;

/**
 * Listens on a free port of 127.0.0.1. Slow and silent clients are cut off, and when there are too many the oldest
 * stranger makes room, so that nobody can keep the person's browser out.
 */
export async function listenOnLoopback(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  const strangers = new Set<Socket>();
  const everybody = new Set<Socket>();
  const server = createServer(
    {
      maxHeaderSize: headerBytes,
      headersTimeout: headersPatienceMs,
      requestTimeout: requestPatienceMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 1_000,
      // A missing one gets the same answer as a wrong one.
      requireHostHeader: false,
    },
    handle,
  );
  server.on("connection", (socket) => {
    everybody.add(socket);
    strangers.add(socket);
    socket.once("close", () => {
      everybody.delete(socket);
      strangers.delete(socket);
    });
    if (everybody.size > mostConnections) [...strangers][0]?.destroy();
  });
  server.on("upgrade", (_request, socket) => {
    socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    keep: (socket) => void strangers.delete(socket),
    close: () =>
      (closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of everybody) socket.destroy();
      })),
  };
}
