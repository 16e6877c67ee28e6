import { chatWire } from "./copilot/chat.ts";
import { completePrompt } from "./copilot/completions.ts";
import { embedTexts } from "./copilot/embeddings.ts";
import { refuseCall } from "./copilot/guard.ts";
import { messagesWire } from "./copilot/messages/wire.ts";
import { answerModelCall, type ModelWire } from "./copilot/model-call.ts";
import { describeModel, listModels, setModelPolicy } from "./copilot/model-routes.ts";
import { responsesWire } from "./copilot/responses/wire.ts";
import { showDevicePage, submitDevicePage } from "./github/device-page-routes.ts";
import { pollDeviceFlow, startDeviceFlow } from "./github/device-routes.ts";
import { describeCopilotUser, describeUser, exchangeToken } from "./github/rest-routes.ts";
import type { Call } from "./http/call.ts";
import { json, text, type Reply } from "./http/reply.ts";
import type { World } from "./world.ts";

type Handler = (world: World, call: Call, parameter: string) => Promise<Reply>;

interface Route {
  method: string;
  path: RegExp;
  handler: Handler;
}

/** Model calls are guarded, can be stepped into at the stage `capi`, and carry quota headers. */
function modelCall(handler: Handler): Handler {
  return guarded((world, call, parameter) => world.run("capi", call, () => handler(world, call, parameter)));
}

/** A model call that a script answers. */
function spoken(wire: ModelWire): Handler {
  return modelCall((world, call) => answerModelCall(wire, world, call));
}

function guarded(handler: Handler): Handler {
  return async (world, call, parameter) => {
    const reply = (await refuseCall(world, call)) ?? (await handler(world, call, parameter));
    if (reply.type === "hang" || reply.type === "reset") return reply;
    return { ...reply, headers: { ...world.quota.headers(), ...reply.headers } };
  };
}

const ROUTES: readonly Route[] = [
  { method: "POST", path: /^\/login\/device\/code$/, handler: startDeviceFlow },
  { method: "POST", path: /^\/login\/oauth\/access_token$/, handler: pollDeviceFlow },
  { method: "GET", path: /^\/login\/device$/, handler: showDevicePage },
  { method: "POST", path: /^\/login\/device$/, handler: submitDevicePage },
  { method: "GET", path: /^\/copilot_internal\/v2\/token$/, handler: exchangeToken },
  { method: "GET", path: /^\/copilot_internal\/user$/, handler: describeCopilotUser },
  { method: "GET", path: /^\/user$/, handler: describeUser },
  { method: "GET", path: /^\/_ping$/, handler: () => Promise.resolve(text(200, "ok\n")) },
  { method: "GET", path: /^\/models$/, handler: guarded(listModels) },
  { method: "GET", path: /^\/models\/([^/]+)$/, handler: guarded(describeModel) },
  { method: "POST", path: /^\/models\/([^/]+)\/policy$/, handler: guarded(setModelPolicy) },
  { method: "POST", path: /^\/chat\/completions$/, handler: spoken(chatWire) },
  { method: "POST", path: /^\/responses$/, handler: spoken(responsesWire) },
  { method: "POST", path: /^\/v1\/messages$/, handler: spoken(messagesWire) },
  { method: "POST", path: /^\/embeddings$/, handler: modelCall(embedTexts) },
  { method: "POST", path: /^\/v1\/engines\/([^/]+)\/completions$/, handler: modelCall(completePrompt) },
];

/** Finds and runs the handler of a call. */
export async function route(world: World, call: Call): Promise<Reply> {
  for (const { method, path, handler } of ROUTES) {
    const match = method === call.method ? path.exec(call.path) : null;
    if (match !== null) return handler(world, call, decoded(match[1] ?? ""));
  }
  return json(404, {
    message: "Not Found",
    documentation_url: "https://docs.github.com/rest",
    status: "404",
  });
}

/** A piece of a path, or what was sent when it is no valid encoding. */
function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
