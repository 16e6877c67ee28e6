import { bearer } from "../copilot/guard.ts";
import { capiError, text } from "../http/reply.ts";
import { eventStream } from "./composed.ts";
import type { Scenario } from "./scenario.ts";
import { composed, played, streamed } from "./streams.ts";
import { fixed } from "./tools.ts";

const STAGE = "completions";
const SPENT = "ent=2000&ov=0.0&ovPerm=false&rem=0.0&rst=2099-01-01T00%3A00%3A00Z";

const part = (index: number, said: string, finish: string | null = null): Record<string, unknown> => ({
  id: "cmpl-COMPOSED",
  created: 1_790_000_000,
  model: "gpt-41-copilot",
  choices: [{ index, text: said, finish_reason: finish, logprobs: null }],
});

const streams = [
  played("fim.text", "one completion", () => import("../fixtures/fim.ts")),
  played("fim.n2", "two completions, in turn", () => import("../fixtures/fim-n2.ts")),
  composed("fim.n3_interleaved", "three completions, mixed, that end one after the other", () =>
    eventStream([
      part(2, "return "),
      part(0, "a"),
      part(1, "sum"),
      part(0, " + "),
      part(2, "b"),
      part(1, "(a, b)"),
      part(1, "", "stop"),
      part(0, "b"),
      part(2, " + a"),
      part(2, "", "length"),
      part(0, "", "stop"),
    ]),
  ),
  played("fim.annotations", "a completion with its source", () => import("../fixtures/fim-annotations.ts")),
  played("fim.error_line", "an error in the stream", () => import("../fixtures/fim-error.ts")),
];

/** How code completion answers. */
export const completionScenarios: readonly Scenario[] = [
  ...streams.map((source) => streamed(STAGE, source)),
  fixed("fim.402", "the completions are spent", STAGE, () =>
    capiError(402, "quota_exceeded", "sample text for quota_exceeded", {
      "x-quota-snapshot-completions": SPENT,
    }),
  ),
  fixed("fim.429", "too many requests, with retry-after 10", STAGE, () =>
    capiError(429, "rate_limited", "sample text for rate_limited", { "retry-after": "10" }),
  ),
  fixed("fim.466", "the client is too old", STAGE, () =>
    text(466, "sample: this client version is no longer supported\n"),
  ),
  {
    name: "fim.401",
    summary: "the token of the first completion dies; a new one is good",
    play(world) {
      let played = false;
      return {
        completions: (call, next) => {
          if (played) return next();
          played = true;
          world.copilot.revoke(bearer(call) ?? "");
          return text(401, "unauthorized: token expired\n");
        },
      };
    },
  },
];
