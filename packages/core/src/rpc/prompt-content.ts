import type { UserMessage } from "@zotpilot/provider/model";
import type { RpcRequestOf } from "./protocol.ts";

/** What a prompt says, as the agent takes it; a sentence when one of its images cannot be one. */
export function promptContent({ message, images }: RpcRequestOf<"prompt">): UserMessage["content"] | string {
  const content: UserMessage["content"] = message === "" ? [] : [{ type: "text", text: message }];
  for (const { mime_type: mimeType, data } of images ?? []) {
    const bad = firstBadBase64(data);
    if (bad !== undefined) return `illegal base64 data at input byte ${bad}`;
    content.push({ type: "image", mimeType, data });
  }
  return content;
}

/** Where standard, padded base64 goes wrong; undefined when it does not. */
function firstBadBase64(text: string): number | undefined {
  const match = /^[A-Za-z0-9+/]*={0,2}/.exec(text);
  const good = match?.[0].length ?? 0;
  if (good < text.length) return good;
  return text.length % 4 === 0 ? undefined : text.length;
}
