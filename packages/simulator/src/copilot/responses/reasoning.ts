import { capiError, type FullReply } from "../../http/reply.ts";
import { isOpaqueId, type Seals } from "../seals.ts";
import { invalid } from "../valid-request.ts";

/** Refuses reasoning that was not made here, or for another model. */
export function wrongReasoning(
  items: readonly Record<string, unknown>[],
  model: string,
  seals: Seals,
): FullReply | undefined {
  for (const [index, item] of items.entries()) {
    if (item["type"] !== "reasoning") continue;
    const { id, encrypted_content: content } = item;
    if (typeof id === "string" && !id.startsWith("rs") && !isOpaqueId(id)) return wrongReasoningId(index, id);
    if (typeof content !== "string" || content === "") {
      return invalid(
        `Item ${String(id)} at input[${index}] was not found: items are not stored, send their encrypted_content.`,
      );
    }
    if (!seals.accepts(content, model)) return unverifiedReasoning();
  }
  return undefined;
}

/** The reply for a reasoning id that is none. */
export function wrongReasoningId(index: number, id: string): FullReply {
  return invalid(`Invalid 'input[${index}].id': '${id}'. Expected an ID that begins with 'rs'.`);
}

/** The reply for encrypted reasoning of another account, deployment or model. */
export function unverifiedReasoning(): FullReply {
  return capiError(400, "invalid_encrypted_content", "The encrypted content could not be verified. (sample)");
}
