import { createHash } from "node:crypto";
import type { ToolCall } from "../shared/tool-call.ts";

/** What an approval is good for, and nothing else. */
export interface DigestInput {
  call: ToolCall;
  cwd: string;
  /** Who would be acting, where there is more than one. */
  account?: string;
}

/** A SHA-256 (hex) over the tool, its arguments byte for byte, the folder and the account. */
export function callDigest({ call, cwd, account = "" }: DigestInput): string {
  const hash = createHash("sha256");
  // Lengths keep "ab" + "c" and "a" + "bc" apart.
  for (const part of [call.name, call.arguments, cwd, account])
    hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest("hex");
}
