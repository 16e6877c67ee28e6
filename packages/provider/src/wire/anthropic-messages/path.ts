/** Where the messages wire is on a Copilot host. */
export const MESSAGES_PATH = "/v1/messages";

/** Marks opaque state that is a redacted thought as a whole and not the signature of a readable one. */
export const redactedPrefix = "redacted:";

/** The description of the tool that the model answers with, where a form of the answer was asked for. */
export const answerToolDescription =
  "Gives the answer. Call it once, with the whole answer, and say nothing else.";
