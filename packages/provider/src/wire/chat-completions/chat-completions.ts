import type { WireFormat } from "../wire-format.ts";
import { createChatDecoder } from "./decode.ts";
import { encodeChatRequest } from "./encode.ts";
import { CHAT_PATH } from "./path.ts";

/** The wire of `/chat/completions`. */
export const chatCompletions: WireFormat = {
  path: CHAT_PATH,
  encode: encodeChatRequest,
  createDecoder: createChatDecoder,
};
