import type { ReasoningOrigin, ReasoningPart } from "../model/message.ts";
import type { ModelRequest } from "../model/request.ts";
import type { DecodeContext, EncodeContext } from "./wire-format.ts";

/** The tag of reasoning state that an answer brings. */
export function originOf(context: DecodeContext, endpoint: string): ReasoningOrigin {
  const { model, account } = context;
  return { model, endpoint, ...(account !== undefined && { account }) };
}

/** Tells which reasoning may go back: what has state, and was made by the same model, on this endpoint, for this account. */
export function ownReasoning(
  request: Pick<ModelRequest, "model">,
  context: Pick<EncodeContext, "account" | "refusedState">,
  endpoint: string,
): (part: ReasoningPart) => boolean {
  return ({ opaque, origin }) =>
    opaque !== undefined &&
    opaque !== "" &&
    origin?.model === request.model &&
    origin.endpoint === endpoint &&
    origin.account === context.account &&
    context.refusedState?.has(opaque) !== true;
}
