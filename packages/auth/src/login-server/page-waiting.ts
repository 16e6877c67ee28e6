import { drawOtherWay, drawReload } from "./card.ts";
import type { Card, PageInput } from "./card.ts";
import { html, trusted } from "./html.ts";
import type { Html } from "./html.ts";
import { drawQrCode } from "./qr-code.ts";
import type { LoginState } from "./state.ts";

type Waiting = Extract<LoginState, { phase: "waiting" }>;

const copyIcon = trusted(
  '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"><rect x="9" y="9" width="11" height="11" rx="2.5"/><path d="M15 5.5A1.5 1.5 0 0 0 13.5 4h-8A1.5 1.5 0 0 0 4 5.5v8A1.5 1.5 0 0 0 5.5 15"/></svg>',
);
const leaveIcon = trusted(
  '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><path d="M8 6h10v10M18 6L6 18"/></svg>',
);

const meanings: Readonly<Record<string, string>> = {
  "read:user": "read your profile",
  "user:email": "read your e-mail addresses",
  "read:org": "read your membership in organizations",
  repo: "read and write all your repositories",
  gist: "write gists",
  workflow: "change workflows of your repositories",
};

/** The card with the code. */
export function drawWaiting(state: Waiting, input: PageInput): Card {
  const { host, userCode } = state;
  const secondsLeft = Math.max(0, (state.endsAt - input.now) / 1000);
  return {
    title: `Sign in to ${host}`,
    announce: `Waiting for your approval on ${host}. ${troubleOf(state) ?? ""}`.trim(),
    body: html`<p class="state pending">Waiting for your approval</p>
      <h1 tabindex="-1">Sign in to ${host}</h1>
      <p class="lead">Three steps, then ${input.programName} is ready.</p>
      <div class="split">
        <ol class="steps">
          <li>
            <label for="code">Copy your one-time code</label>
            <div class="row">
              <input
                id="code"
                class="code"
                type="text"
                readonly
                value="${userCode}"
                size="${userCode.length}"
                autocomplete="off"
                spellcheck="false"
                translate="no"
              />
              <button id="copy" class="button copy" type="button" hidden>${copyIcon}<span>Copy</span></button>
            </div>
          </li>
          <li>
            <p class="what">Enter it on ${host}</p>
            ${drawLink(state.verificationUri)}
          </li>
          <li>
            <p class="what">Approve there</p>
            <span class="hint">This page notices by itself.</span>
          </li>
        </ol>
        ${drawScan(state.verificationUri)}
      </div>
      <p id="trouble" class="trouble">${troubleOf(state)}</p>
      <dl class="facts">
        <dt>Host</dt>
        <dd>${host}</dd>
        <dt>Application</dt>
        <dd><code>${state.clientId}</code></dd>
        <dt>It asks to</dt>
        <dd>${drawScopes(state.scope)}</dd>
        <dt>Code expires in</dt>
        <dd id="left" data-seconds="${Math.round(secondsLeft)}">${inMinutes(secondsLeft)}</dd>
      </dl>
      <p class="note">Go on only if you started this yourself. Never enter a code somebody sent you.</p>
      ${drawOtherWay(input)} ${drawReload()}`,
  };
}

function drawLink(address: string): Html {
  const url = safeLink(address);
  if (url === undefined) return html`<p><code>${address}</code></p>`;
  // An address may be broken after its slashes, and nowhere else.
  const shown = `${url.host}${url.pathname === "/" ? "" : url.pathname}`.split("/");
  const parts = shown.map((part, index) => html`${index > 0 && html`/<wbr />`}${part}`);
  return html`<a class="button primary" href="${url.href}" target="_blank" rel="noopener noreferrer"
    ><span>Open ${parts}</span>${leaveIcon}<span class="hidden">, in a new tab</span></a
  >`;
}

/** `login()` vouches for its address; other iterables may not, and a link can be more than a place to go to. */
function safeLink(address: string): URL | undefined {
  const url = URL.parse(address);
  return url?.protocol === "https:" || url?.protocol === "http:" ? url : undefined;
}

function drawScan(address: string): Html | undefined {
  const url = safeLink(address);
  const code = url && drawQrCode(url.href);
  if (url === undefined || code === undefined) return undefined;
  return html`<figure class="scan">
    ${code}
    <figcaption>Or scan it with your phone, and enter the code there.</figcaption>
  </figure>`;
}

function drawScopes(scope: string): Html {
  const scopes = scope.split(/[\s,]+/).filter((one) => one !== "");
  if (scopes.length === 0) return html`see your public profile`;
  return html`${scopes.map((one, index) => {
    const meaning = Object.hasOwn(meanings, one) ? meanings[one] : undefined;
    const name = html`<code>${one}</code>`;
    return html`${index > 0 && ", "}${meaning === undefined ? name : html`${meaning} (${name})`}`;
  })}`;
}

function troubleOf({ trouble, host }: Waiting): string | undefined {
  if (trouble === "slowed_down")
    return `${host} asked to be asked less often, so it may take a little longer.`;
  return trouble === "poll_failed" ? `${host} did not answer. It is asked again.` : undefined;
}

function inMinutes(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes > 1 ? `${minutes} minutes` : "less than a minute";
}
