import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { SimulatorError } from "../errors.ts";
import type { Call, RecordedRequest } from "./call.ts";
import { readBody } from "./read-body.ts";
import { text, type Reply } from "./reply.ts";
import { writeReply } from "./write-reply.ts";

/** Answers a call. */
export type Handler = (call: Call) => Promise<Reply>;

/** Options of {@link createHttpHost}. */
export interface HttpHostOptions {
  now(): number;
  handle: Handler;
}

/** Listens, records every request, and writes the replies. */
export interface HttpHost {
  readonly requests: readonly RecordedRequest[];
  /** Starts listening and tells the origin. Can be called more than once, for more origins. */
  listen(host: string, port: number): Promise<string>;
  /** Breaks every connection and stops listening. */
  close(): Promise<void>;
}

/** Creates a host that listens nowhere yet. */
export function createHttpHost(options: HttpHostOptions): HttpHost {
  const requests: RecordedRequest[] = [];
  const servers: Server[] = [];
  const connections = new WeakMap<Socket, number>();
  let connectionCount = 0;
  let closing = false;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const time = options.now();
    const url = new URL(request.url ?? "/", "http://simulator.invalid");
    const gone = new AbortController();
    const headers = flatten(request.headers);
    const read = await readBody(request);
    const record: RecordedRequest = {
      time,
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.search,
      headers,
      body: read.body,
      connection: connections.get(request.socket) ?? 0,
      status: undefined,
      aborted: false,
    };
    requests.push(record);
    response.once("close", () => {
      gone.abort();
    });
    const { method, path, body } = record;
    const call = { method, path, query: url.searchParams, headers, body, malformed: read.malformed };
    const reply = read.tooLarge
      ? text(413, "Request Entity Too Large\n")
      : await answer({ ...call, signal: gone.signal });
    // A connection that is reset on purpose, or by closing the simulator, is not the client's doing.
    let brokenByUs = reply.type === "reset";
    response.once("close", () => {
      record.aborted = !response.writableFinished && !brokenByUs && !closing;
    });
    if (gone.signal.aborted) {
      record.aborted = !closing;
      return;
    }
    if ("status" in reply) record.status = reply.status;
    const breaks = (): void => {
      brokenByUs = true;
    };
    await writeReply(response, reply, commonHeaders(headers, options.now()), gone.signal, breaks);
  }

  async function answer(call: Call): Promise<Reply> {
    try {
      return await options.handle(call);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return text(500, `The simulator failed: ${message}\n`);
    }
  }

  return {
    requests,
    async listen(host, port) {
      const server = createServer((request, response) => {
        // Only a request that broke while it was read can fail here; there is nobody left to answer.
        serve(request, response).catch(() => response.destroy());
      });
      server.on("connection", (socket) => {
        connectionCount += 1;
        connections.set(socket, connectionCount);
        socket.setNoDelay(true);
      });
      await listening(server, host, port);
      servers.push(server);
      return `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      closing = true;
      await Promise.all(servers.splice(0).map(closed));
    },
  };
}

function commonHeaders(headers: Record<string, string>, now: number): Record<string, string> {
  return {
    // The server's time is the simulator's: clients compare it with `expires_at`.
    date: new Date(now).toUTCString(),
    "x-request-id": headers["x-request-id"] ?? randomUUID(),
    "x-github-request-id": randomBytes(14).toString("hex").toUpperCase(),
  };
}

function flatten(headers: IncomingMessage["headers"]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return result;
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const failure =
        error.code === "EADDRINUSE"
          ? new SimulatorError("port_in_use", `Port ${port} on ${host} is already in use.`, { cause: error })
          : new SimulatorError(
              "listen_failed",
              `Cannot listen on ${host}:${port} (${error.code ?? error.message}).`,
              {
                cause: error,
              },
            );
      reject(failure);
    });
    server.listen(port, host, resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
