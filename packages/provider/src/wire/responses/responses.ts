import type { WireFormat } from "../wire-format.ts";
import { createResponsesDecoder } from "./decode.ts";
import { encodeResponsesRequest } from "./encode.ts";
import { RESPONSES_PATH } from "./path.ts";

/** The wire of `/responses`. */
export const responses: WireFormat = {
  path: RESPONSES_PATH,
  encode: encodeResponsesRequest,
  createDecoder: createResponsesDecoder,
};
