import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { LoginField } from "./options.ts";
import type { LoginState } from "./state.ts";

/** What a page is drawn from. */
export interface PageInput {
  readonly state: LoginState;
  readonly version: number;
  /** The clock of `endsAt`. */
  readonly now: number;
  readonly programName: string;
  readonly fields: readonly LoginField[];
  readonly formToken: string;
  /** Whether a login can be started. */
  readonly canStart: boolean;
}

/** One state in words: `announce` is what a screen reader says when it begins. */
export interface Card {
  readonly title: string;
  readonly announce: string;
  readonly body: Html;
}

/** The name of the field in which the page's forms carry the session's token. */
export const formTokenField = "form-token";

/** The link to the form for tokens, where there is one. */
export function drawOtherWay({ fields }: PageInput): Html | undefined {
  return fields.length === 0
    ? undefined
    : html`<p class="other"><a href="token">Paste a token or key instead</a></p>`;
}

/** For browsers without scripts. */
export function drawReload(): Html {
  return html`<noscript
    ><p class="other">This page looks for news every few seconds. <a href="./">Look now</a></p></noscript
  >`;
}
