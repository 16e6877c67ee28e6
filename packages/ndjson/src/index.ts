export { encodeLine } from "./encode.ts";
export { decodeLines, type DecodeOptions, type Line } from "./decode.ts";
