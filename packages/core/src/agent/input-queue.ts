import type { UserMessage } from "@zotpilot/provider/model";
import type { RunInputs } from "../run/run-agent.ts";

/** What a person says: text, or text with images. */
export type UserInput = string | UserMessage["content"];

/** Something that a person has said and the model has not heard yet. */
export interface QueuedInput {
  kind: "steering" | "follow_up";
  content: UserMessage["content"];
}

/** What waits for a safe boundary of the run. */
export interface InputQueue extends RunInputs {
  add(kind: QueuedInput["kind"], input: UserInput): void;
  list(): readonly QueuedInput[];
  /** Empties the queue and returns what was in it. */
  take(): QueuedInput[];
}

/** Makes an empty queue. */
export function createInputQueue(now: () => Date): InputQueue {
  let queue: QueuedInput[] = [];

  const said = ({ content }: QueuedInput): UserMessage => ({
    role: "user",
    content,
    at: now().toISOString(),
  });

  return {
    add: (kind, input) => void queue.push({ kind, content: contentOf(input) }),
    list: () => [...queue],
    take: () => queue.splice(0),
    steering() {
      const steering = queue.filter(({ kind }) => kind === "steering");
      queue = queue.filter(({ kind }) => kind !== "steering");
      return steering.map(said);
    },
    followUp() {
      const next = queue.find(({ kind }) => kind === "follow_up");
      queue = queue.filter((input) => input !== next);
      return next && said(next);
    },
  };
}

/** The content of a user message that says this; what happens to the input later does not change it. */
export function contentOf(input: UserInput): UserMessage["content"] {
  return typeof input === "string" ? [{ type: "text", text: input }] : structuredClone(input);
}
