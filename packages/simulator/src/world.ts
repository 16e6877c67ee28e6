import type { AnswerScript } from "./answer/answer.ts";
import type { SimulatorClock } from "./clock.ts";
import type { CopilotTokens } from "./copilot/tokens.ts";
import type { ModelShelf } from "./copilot/model-shelf.ts";
import type { Seals } from "./copilot/seals.ts";
import type { Quota } from "./copilot/quota.ts";
import type { DeviceDesk } from "./github/device-desk.ts";
import type { Call } from "./http/call.ts";
import type { Reply } from "./http/reply.ts";

/** The places in the life of a request where a scenario can step in. */
export type Stage =
  /** Every request, before anything else. */
  | "request"
  /** `POST /login/device/code`. */
  | "device_code"
  /** `POST /login/oauth/access_token`. */
  | "device_token"
  /** `GET /copilot_internal/v2/token`. */
  | "exchange"
  /** `GET /copilot_internal/user`. */
  | "user"
  /** Who calls the Copilot API, and with which headers; {@link accepted} lets it in. */
  | "guard"
  /** A model call whose bearer and headers were accepted. */
  | "capi"
  /** `GET /models`. */
  | "models"
  /** `POST /models/{id}/policy`. */
  | "policy"
  /** Around the whole answer of a model: how it goes over the wire. */
  | "wire"
  /** What a valid request to `/chat/completions` is answered with. */
  | "chat"
  /** The same of `/responses`. */
  | "responses"
  /** The same of `/v1/messages`. */
  | "messages"
  /** The same of `/embeddings`. */
  | "embeddings"
  /** The same of `/v1/engines/{engine}/completions`. */
  | "completions";

/** Gets the reply of what comes after. */
export type Next = () => Promise<Reply>;

/** The state of one simulator, shared by its handlers. */
export interface World {
  readonly origin: string;
  /** Another origin that leads to the same simulator; opened when first asked for. */
  secondOrigin(): Promise<string>;
  readonly clock: SimulatorClock;
  readonly github: DeviceDesk;
  readonly copilot: CopilotTokens;
  readonly models: ModelShelf;
  readonly quota: Quota;
  readonly seals: Seals;
  /** Milliseconds before each word, when the answer does not say. */
  readonly pace: number;
  /** What the model says now. */
  readonly script: AnswerScript;
  /** The next number for a model request, from 1. */
  nextChatNumber(): number;
  /** Runs a handler inside the scenarios that hook this stage. */
  run(stage: Stage, call: Call, handler: Next): Promise<Reply>;
}
