import type { Provider } from "../model/provider.ts";
import { abortCases } from "./abort-cases.ts";
import { answerCases } from "./answer-cases.ts";
import { failureCases } from "./failure-cases.ts";

/** What the service behind a provider shall do while a case of the contract runs. */
export type ContractSituation =
  /** Says some words, in more than one piece, and tells the usage. */
  | "text"
  /** Calls the tool `get_weather` with the argument `city`: `Oslo`. */
  | "tool_call"
  /** Says some words and then nothing more, with the connection open. */
  | "hang"
  /** Says some words and then breaks the connection. */
  | "cut"
  /** Refuses the credential of every model call, with status 401. */
  | "refuse_credential"
  /** Answers every model call with status 429 and a `retry-after` of less than a minute. */
  | "limit"
  /** Answers every model call with status 500. */
  | "fail"
  /** Answers every model call with a redirect to another address that is watched too. */
  | "redirect";

/** A provider and its service, for one case. */
export interface ContractSubject {
  provider: Provider;
  /** A model of the provider that answers in this situation. */
  model: string;
  /** What must not be seen in any error: keys and tokens. */
  secrets(): Iterable<string>;
  /** How many model calls have reached the service. */
  calls(): number;
  /** How many of them the caller left before their answer was complete. */
  abandoned(): number;
  /** How many requests have arrived where a redirect leads. */
  strayed(): number;
  /** Stops the service and closes the provider. */
  close(): Promise<void>;
}

/** One promise that every provider keeps. `run` rejects, with what is wrong, when it is broken. */
export interface ContractCase {
  name: string;
  run(): Promise<void>;
}

/** How a case is written: what the service does, and what is then tried. */
export interface ContractStep {
  name: string;
  situation: ContractSituation;
  check(subject: ContractSubject): Promise<void>;
}

/**
 * The promises of {@link Provider}, as cases for a test runner of your choice. `open` starts a provider with a service
 * that is in the given situation; it is called once for each case, when that runs.
 */
export function providerContract(
  open: (situation: ContractSituation) => Promise<ContractSubject>,
): readonly ContractCase[] {
  return [...answerCases, ...abortCases, ...failureCases].map(({ name, situation, check }) => ({
    name,
    async run() {
      const subject = await open(situation);
      try {
        await check(subject);
      } finally {
        await subject.close();
      }
    },
  }));
}
