import { record } from "../schema.ts";
import type { WireFormat } from "../wire-format.ts";
import { createMessagesDecoder } from "./decode.ts";
import { encodeMessagesRequest } from "./encode.ts";
import { MESSAGES_PATH } from "./path.ts";

/** The wire of `/v1/messages`. */
export const anthropicMessages: WireFormat = {
  path: MESSAGES_PATH,
  encode: encodeMessagesRequest,
  // Models that think by themselves do so between calls as well; the others must be told, and a beta header that is not
  // needed is refused.
  headers: (body): Record<string, string> =>
    record(body["thinking"])["type"] === "enabled" && "tools" in body
      ? { "anthropic-beta": "interleaved-thinking-2025-05-14" }
      : {},
  createDecoder: createMessagesDecoder,
};
