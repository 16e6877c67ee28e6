import { isRecord, type Call } from "../http/call.ts";
import { capiError, text, type FullReply, type Reply } from "../http/reply.ts";
import type { World } from "../world.ts";

/** The bearer of a call to the Copilot API. */
export function bearer(call: Call): string | undefined {
  return /^bearer +(\S+)$/i.exec(call.headers["authorization"] ?? "")?.[1];
}

/** What the stage `guard` ends with for a call that is let in. */
export const accepted: FullReply = { type: "full", status: 200, headers: {}, body: "" };

/** Refuses a Copilot API call whose bearer or headers the service would refuse. */
export async function refuseCall(world: World, call: Call): Promise<Reply | undefined> {
  const reply = await world.run("guard", call, async () => refuseToken(world, call) ?? refuseHeaders(call));
  return reply === accepted ? undefined : reply;
}

function refuseToken(world: World, call: Call): FullReply | undefined {
  const token = bearer(call) ?? "";
  if (world.copilot.accepts(token)) return undefined;
  if (/^(?:ghp|github_pat)_/.test(token)) {
    return text(400, "bad request: Personal Access Tokens are not supported for this endpoint\n");
  }
  // Only what once was a Copilot token can have expired.
  const reason = token.startsWith("tid=") ? "token expired" : "AuthenticateToken authentication failed";
  return text(401, `unauthorized: ${reason}\n`);
}

function refuseHeaders(call: Call): FullReply {
  const editor = call.headers["editor-version"] ?? "";
  if (editor === "") return text(400, "bad request: missing Editor-Version header for IDE auth\n");
  if (!/^[^/\s]+\/\S+/.test(editor)) {
    return text(400, "bad request: unknown Editor-Version header for IDE auth\n");
  }
  return refuseImage(call);
}

/** Refuses a call with an image that does not announce it. */
export function refuseImage(call: Call): FullReply {
  const body = isRecord(call.body) ? call.body : {};
  const isBlind = !holdsImage(body["messages"]) && !holdsImage(body["input"]);
  if (isBlind || call.headers["copilot-vision-request"] === "true") return accepted;
  return capiError(400, "", "missing required Copilot-Vision-Request header for vision requests");
}

/** Whether there is an image part anywhere, also inside tool results. */
function holdsImage(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsImage);
  if (!isRecord(value)) return false;
  if (value["type"] === "image_url" || value["type"] === "input_image" || value["type"] === "image")
    return true;
  return holdsImage(value["content"]);
}
