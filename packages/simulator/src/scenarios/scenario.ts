import type { Call } from "../http/call.ts";
import type { Reply } from "../http/reply.ts";
import type { Next, Stage, World } from "../world.ts";

/** Steps in at one stage: answers by itself, or asks `next` and changes what comes back. */
export type Hook = (call: Call, next: Next) => Reply | Promise<Reply>;

/** The hooks of a scenario that is being played. */
export type Hooks = Partial<Record<Stage, Hook>>;

/** A way for the service to behave, with a name to call it by. */
export interface Scenario {
  name: string;
  /** One line for `--list-scenarios`. */
  summary: string;
  /** Begins it on one simulator; counters live in the closure, so they start anew each time. */
  play(world: World): Hooks;
}
