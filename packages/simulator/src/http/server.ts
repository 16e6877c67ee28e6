import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIPv6, type AddressInfo, type Socket } from "node:net";
import { SimulatorError } from "../errors.ts";
import type { Call, RecordedRequest } from "./call.ts";
import { hostnameOf, isLoopback } from "./loopback.ts";
import { readBody } from "./read-body.ts";
import { text, type FullReply, type Reply } from "./reply.ts";
import { writeReply } from "./write-reply.ts";

/** Answers a call. */
export type Handler = (call: Call) => Promise<Reply>;

/** Options of {@link createHttpHost}. */
export interface HttpHostOptions {
  now(): number;
  handle: Handler;
  /** Host names that requests may be sent to, besides those of loopback. */
  allowedHosts: readonly string[];
  /** Told of each request when its answer is written or its connection is gone. */
  onRequest?: ((request: RecordedRequest) => void) | undefined;
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
  let ending: Promise<void> | undefined;
  const allowedHosts = new Set(options.allowedHosts.map((name) => name.toLowerCase()));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const time = options.now();
    const target = readTarget(request.url);
    const gone = new AbortController();
    const headers = flatten(request.headers);
    const read = await readBody(request);
    const played: string[] = [];
    const record: RecordedRequest = {
      time,
      method: request.method ?? "GET",
      path: target?.pathname ?? request.url ?? "",
      query: target?.search ?? "",
      headers,
      body: read.body,
      connection: connections.get(request.socket) ?? 0,
      status: undefined,
      aborted: false,
      played,
    };
    requests.push(record);
    // A connection that is reset on purpose, or by closing the simulator, is not the client's doing.
    let brokenByUs = false;
    response.once("close", () => {
      gone.abort();
      record.aborted = !response.writableFinished && !brokenByUs && ending === undefined;
      options.onRequest?.(record);
    });
    const { method, path, body } = record;
    const query = target?.searchParams ?? new URLSearchParams();
    const { signal } = gone;
    const call: Call = { method, path, query, headers, body, malformed: read.malformed, signal, played };
    const refused = refuse(headers, target !== undefined, read.tooLarge);
    const reply = refused ?? (await answer(call));
    if (reply.type === "reset") brokenByUs = true;
    if (gone.signal.aborted) return;
    if ("status" in reply) record.status = reply.status;
    const breaks = (): void => {
      brokenByUs = true;
    };
    await writeReply(response, reply, commonHeaders(headers, options.now()), gone.signal, breaks);
  }

  /** Refuses what must not reach a handler. */
  function refuse(
    headers: Record<string, string>,
    isReadable: boolean,
    tooLarge: boolean,
  ): FullReply | undefined {
    const name = hostnameOf(headers["host"] ?? "");
    // A page whose name was made to lead here (DNS rebinding) still sends its own name.
    if (!isLoopback(name) && !allowedHosts.has(name)) {
      return text(403, "The simulator only answers requests to a loopback name, such as 127.0.0.1.\n");
    }
    if (!isReadable) return text(400, "Bad Request\n");
    return tooLarge ? text(413, "Request Entity Too Large\n") : undefined;
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
      if (!isLoopback(host)) {
        throw new SimulatorError(
          "not_loopback",
          `The simulator only listens on loopback, such as 127.0.0.1 or ::1, and not on "${host}".`,
        );
      }
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
      const { address, port: taken } = server.address() as AddressInfo;
      // A name means what the machine's own table says it means, and a simulator may be closed while it starts.
      if (!isLoopback(address) || ending !== undefined) {
        await closed(server);
        throw new SimulatorError("listen_failed", `Cannot listen on ${host}:${port}.`);
      }
      servers.push(server);
      return `http://${isIPv6(host) ? `[${host}]` : host}:${taken}`;
    },
    close: () => (ending ??= Promise.all(servers.map(closed)).then(() => undefined)),
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
  return new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // Throws at once, and so rejects, when the port is no port.
    server.listen(port, host, resolve);
  }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "EADDRINUSE") {
      throw new SimulatorError("port_in_use", `Port ${port} on ${host} is already in use.`, { cause });
    }
    const why = cause.code ?? cause.message;
    throw new SimulatorError("listen_failed", `Cannot listen on ${host}:${port} (${why}).`, { cause });
  });
}

/** The target of a request; undefined when it is no address. */
function readTarget(target = "/"): URL | undefined {
  return URL.parse(target, "http://simulator.invalid") ?? undefined;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
