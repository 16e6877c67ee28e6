import { drawOtherWay, drawReload, formTokenField } from "./card.ts";
import type { Card, PageInput } from "./card.ts";
import { html, trusted } from "./html.ts";
import type { Html } from "./html.ts";
import { drawWaiting } from "./page-waiting.ts";
import type { LoginState } from "./state.ts";

const tick = trusted(
  '<svg class="tick" viewBox="0 0 64 64" aria-hidden="true" focusable="false"><circle cx="32" cy="32" r="32" fill="currentColor" opacity=".15"/><path d="M19 33.5l9 9 17-19" fill="none" stroke="currentColor" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></svg>',
);

/** What the card says in each state. */
export function drawState(state: Exclude<LoginState, { phase: "form" }>, input: PageInput): Card {
  const { programName } = input;
  switch (state.phase) {
    case "starting":
      return card(
        "Getting a code",
        html`<p class="state pending">Starting</p>
          <h1 tabindex="-1">Getting a code…</h1>
          <p class="lead">This takes a moment.</p>
          ${drawReload()}`,
      );
    case "waiting":
      return drawWaiting(state, input);
    case "denied":
      return drawEnd("Denied", "The request was denied", "Nobody was signed in.", input);
    case "expired":
      return drawEnd("Expired", "The code has expired", "It was not approved in time.", input);
    case "failed":
      return drawEnd("Failed", "The sign-in did not work", state.message, input);
    case "signed_in":
      return drawGoodEnd(
        "You are signed in",
        html`as <strong>${state.login}</strong> on ${state.host}`,
        programName,
      );
    case "submitted":
      return drawGoodEnd(
        "You are signed in",
        state.account === undefined
          ? html`What you pasted was accepted.`
          : html`as <strong>${state.account}</strong>`,
        programName,
      );
    default:
      return state satisfies never;
  }
}

function card(title: string, body: Html): Card {
  return { title, announce: `${title}.`, body };
}

function drawEnd(state: string, title: string, sentence: string, input: PageInput): Card {
  const { formToken, canStart } = input;
  const retry = html`<form method="post" action="new-code">
    <input type="hidden" name="${formTokenField}" value="${formToken}" />
    <button class="button primary" type="submit">Get a new code</button>
  </form>`;
  return {
    title,
    announce: `${title}. ${sentence}`,
    body: html`<p class="state bad">${state}</p>
      <h1 tabindex="-1">${title}</h1>
      <p class="lead">${sentence}</p>
      ${canStart && retry} ${drawOtherWay(input)}`,
  };
}

function drawGoodEnd(title: string, who: Html, programName: string): Card {
  return {
    title,
    announce: `${title}. You may close this tab.`,
    body: html`<div class="end">
      ${tick}
      <h1 tabindex="-1">${title}</h1>
      <p class="lead">${who}</p>
      <p>You may close this tab and go back to ${programName}.</p>
    </div>`,
  };
}
