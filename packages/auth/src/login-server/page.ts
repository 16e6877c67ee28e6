import type { Card, PageInput } from "./card.ts";
import { element, html, trusted } from "./html.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { drawState } from "./page-states.ts";
import { drawTokenForm } from "./page-token-form.ts";
import { isFinal, isPending } from "./state.ts";
import type { Submission } from "./submission.ts";

/** Seconds after which a page without scripts loads itself again. */
export const reloadSeconds = 8;

const mark = trusted(
  '<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9" fill="#3451c6"/><path d="M10 10h12L10 22h12" fill="none" stroke="#fff" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"/></svg>',
);
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='9' fill='%233451c6'/%3E%3Cpath d='M10 10h12L10 22h12' fill='none' stroke='%23fff' stroke-width='3.2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/** The page of a login, a pure function of its state. */
export function drawPage(input: PageInput): string {
  const { state } = input;
  if (state.phase === "form") return drawTokenPage(input);
  return drawDocument(input, drawState(state, input), !isFinal(state), isPending(state));
}

/** The page where a token is pasted; it never changes by itself, so that nothing typed is lost. */
export function drawTokenPage(input: PageInput, refused?: Submission & { type: "refused" }): string {
  return drawDocument(input, drawTokenForm(input, refused), false, false);
}

function drawDocument(input: PageInput, card: Card, live: boolean, pending: boolean): string {
  const { state, version, programName } = input;
  // A new code is another attempt; a slower poll is not.
  const attempt = state.phase === "waiting" ? state.endsAt : 0;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${card.title} - ${programName}</title>
        <link rel="icon" href="${trusted(icon)}" />
        ${element("style", pageStyle)}
        ${pending && html`<noscript><meta http-equiv="refresh" content="${reloadSeconds}" /></noscript>`}
      </head>
      <body>
        <header>${mark}<span>${programName}</span></header>
        <main
          id="card"
          data-version="${version}"
          data-phase="${state.phase}"
          data-attempt="${attempt}"
          data-live="${live ? "yes" : "no"}"
          data-announce="${card.announce}"
        >
          ${card.body}
        </main>
        <p id="live" class="hidden" role="status" aria-live="polite"></p>
        <template id="gone">
          <p class="state">Ended</p>
          <h1 tabindex="-1">This page is not served any more</h1>
          <p>
            ${programName} ended, or finished signing in, while this page was open. Look there for how it
            went. You may close this tab.
          </p>
        </template>
        <footer>
          <p>This page comes from ${programName} on your own computer, and only this browser can see it.</p>
        </footer>
        ${element("script", pageScript)}
      </body>
    </html> `;
  return page.html;
}
