import { isRecord, type Call } from "../http/call.ts";
import { capiError, text, type FullReply } from "../http/reply.ts";
import type { World } from "../world.ts";

/** The bearer of a call to the Copilot API. */
export function bearer(call: Call): string | undefined {
  return /^bearer +(\S+)$/i.exec(call.headers["authorization"] ?? "")?.[1];
}

/** Refuses a Copilot API call whose bearer or headers the service would refuse. */
export function refuseCall(world: World, call: Call): FullReply | undefined {
  const token = bearer(call);
  if (token === undefined) return text(401, "unauthorized: AuthenticateToken authentication failed\n");
  if (!world.copilot.accepts(token)) return text(401, "unauthorized: token expired\n");
  const editor = call.headers["editor-version"] ?? "";
  if (editor === "") return text(400, "bad request: missing Editor-Version header for IDE auth\n");
  if (!/^[^/\s]+\/\S+/.test(editor)) {
    return text(400, "bad request: unknown Editor-Version header for IDE auth\n");
  }
  if (call.headers["copilot-vision-request"] !== "true" && holdsImage(call.body)) {
    return capiError(400, "", "missing required Copilot-Vision-Request header for vision requests");
  }
  return undefined;
}

/** Whether there is an image part anywhere in the messages, also inside tool results. */
function holdsImage(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsImage);
  if (!isRecord(value)) return false;
  if (value["type"] === "image_url" || value["type"] === "input_image" || value["type"] === "image")
    return true;
  return holdsImage(value["messages"]) || holdsImage(value["content"]);
}
