/** Where the chat wire is on a Copilot host; there is no `/v1`. */
export const CHAT_PATH = "/chat/completions";

/** Marks opaque state that is a `cot_id` and not a `reasoning_opaque`; the two go back under different names. */
export const cotPrefix = "cot_id:";
