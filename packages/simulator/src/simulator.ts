import type { Answer, AnswerScript } from "./answer/answer.ts";
import { createClock, type SimulatorClock } from "./clock.ts";
import type { ModelEntry } from "./copilot/model-catalogue.ts";
import { createModelShelf } from "./copilot/model-shelf.ts";
import { createQuota } from "./copilot/quota.ts";
import { createSeals } from "./copilot/seals.ts";
import { createCopilotTokens } from "./copilot/tokens.ts";
import { demoModel } from "./demo/demo-model.ts";
import { createDeviceDesk } from "./github/device-desk.ts";
import type { RecordedRequest } from "./http/call.ts";
import { createHttpHost } from "./http/server.ts";
import { route } from "./routes.ts";
import { createScenarioPlayer } from "./scenario-player.ts";
import type { World } from "./world.ts";

/** Options of {@link createSimulator}. All are optional. */
export interface SimulatorOptions {
  /** The port to listen on; 0, the default, takes a free one. */
  port?: number;
  /** The loopback address to listen on; `127.0.0.1` when left out. Others are refused. */
  host?: string;
  /** Host names that requests may be sent to, besides those of loopback; for tests with a proxy in between. */
  allowedHosts?: readonly string[];
  /** Told of each request when its answer is written or its connection is gone. It must not throw. */
  onRequest?: (request: RecordedRequest) => void;
  /** Names of scenarios to play from the start. */
  scenarios?: readonly string[];
  /** What the model says; {@link demoModel} when left out. */
  answer?: AnswerScript | Answer;
  /** How long a Copilot token lives; 1800 seconds when left out. */
  tokenLifetimeSeconds?: number;
  /** The `refresh_in` of the token exchange; 1500 seconds when left out. */
  refreshInSeconds?: number;
  /** Approves every device code at once, without the page. */
  autoApproveDevice?: boolean;
  /** The polling interval of the device flow; 5 seconds when left out. */
  deviceIntervalSeconds?: number;
  /** How long a device code lives; 900 seconds when left out. */
  deviceLifetimeSeconds?: number;
  /**
   * Milliseconds before each streamed word, for people who watch; 0 when left out. Tool calls come without a pause,
   * and answers with a `delayMs` of their own keep it.
   */
  pace?: number;
  /** The model list, in the form of `GET /models`; a list of eleven when left out. */
  models?: readonly ModelEntry[];
}

/** A running simulator. */
export interface Simulator extends AsyncDisposable {
  /** For example `http://127.0.0.1:40123`. Plays github.com, api.github.com, the Copilot API and its proxy host. */
  readonly origin: string;
  /** The time codes and tokens live by. */
  readonly clock: SimulatorClock;
  /** Every request so far, oldest first. The list grows; entries change when the answer is written. */
  readonly requests: readonly RecordedRequest[];
  /** A GitHub token that is approved already, so that no login is needed. */
  readonly githubToken: string;
  /** Adds scenarios; the last one named is asked first. Throws a {@link SimulatorError}: `unknown_scenario`. */
  use(...scenarioNames: readonly string[]): void;
  /** Stops playing every scenario. What they changed in the model list stays changed. */
  clearScenarios(): void;
  /** Changes what the model says from the next request on. */
  answerWith(script: AnswerScript | Answer): void;
  /** Approves the device code that a person would type in, or the newest waiting one. Returns whether there was one. */
  approveDevice(userCode?: string): boolean;
  /** Cancels it, as the page does. Returns whether there was one. */
  denyDevice(userCode?: string): boolean;
  /** Makes a GitHub token invalid, as a person can on github.com. */
  revokeGithubToken(token: string): void;
  /** Breaks every connection and stops. Can be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a simulator. Rejects with a {@link SimulatorError}: `port_in_use`, `listen_failed`, `not_loopback`
 * or `unknown_scenario`.
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const host = options.host ?? "127.0.0.1";
  const clock = createClock();
  const player = createScenarioPlayer();
  const github = createDeviceDesk({
    clock,
    intervalSeconds: options.deviceIntervalSeconds ?? 5,
    lifetimeSeconds: options.deviceLifetimeSeconds ?? 900,
    autoApprove: options.autoApproveDevice ?? false,
  });
  let script = scriptOf(options.answer ?? demoModel);
  let chats = 0;
  let origin = "";
  let second: Promise<string> | undefined;

  const server = createHttpHost({
    now: () => clock.now(),
    allowedHosts: options.allowedHosts ?? [],
    onRequest: options.onRequest,
    handle: (call) => player.run("request", call, () => route(world, call)),
  });
  const world: World = {
    get origin() {
      return origin;
    },
    get script() {
      return script;
    },
    secondOrigin: () => (second ??= server.listen(host, 0)),
    clock,
    github,
    copilot: createCopilotTokens({
      clock,
      lifetimeSeconds: options.tokenLifetimeSeconds ?? 1800,
      refreshInSeconds: options.refreshInSeconds ?? 1500,
      proxyHost: () => new URL(origin).host,
    }),
    models: createModelShelf(options.models),
    quota: createQuota(),
    seals: createSeals(),
    pace: options.pace ?? 0,
    nextChatNumber: () => (chats += 1),
    run: (stage, call, handler) => player.run(stage, call, handler),
  };
  player.use(world, options.scenarios ?? []);
  origin = await server.listen(host, options.port ?? 0);

  function decide(userCode: string | undefined, state: "approved" | "denied"): boolean {
    const grant = userCode === undefined ? github.pending().at(-1) : github.byUserCode(userCode);
    if (grant !== undefined) grant.state = state;
    return grant !== undefined;
  }

  return {
    origin,
    clock,
    requests: server.requests,
    githubToken: github.issueToken(),
    use: (...names) => player.use(world, names),
    clearScenarios: () => player.clear(),
    answerWith(next) {
      script = scriptOf(next);
    },
    approveDevice: (userCode) => decide(userCode, "approved"),
    denyDevice: (userCode) => decide(userCode, "denied"),
    revokeGithubToken: (token) => github.revoke(token),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function scriptOf(script: AnswerScript | Answer): AnswerScript {
  return typeof script === "function" ? script : () => script;
}
