import { formTokenField } from "./card.ts";
import type { Card, PageInput } from "./card.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { LoginField } from "./options.ts";
import { fieldPrefix } from "./submission.ts";
import type { Submission } from "./submission.ts";

/** The card with the form for tokens and keys. The fields are always empty: what was pasted is never sent back. */
export function drawTokenForm(
  input: PageInput,
  refused: (Submission & { type: "refused" }) | undefined,
): Card {
  const { fields, formToken, canStart, programName } = input;
  const title = "Paste a token or key";
  const problem = refused && html`<p id="problem" class="problem" role="alert">${refused.message}</p>`;
  return {
    title: refused === undefined ? title : `Not accepted: ${title}`,
    announce: refused?.message ?? title,
    body: html`<p class="state">Your turn</p>
      <h1 tabindex="-1">${title}</h1>
      <p class="lead">It goes to ${programName} on this computer and is not shown again.</p>
      ${problem}
      <form method="post" action="token" autocomplete="off">
        <input type="hidden" name="${formTokenField}" value="${formToken}" />
        ${fields.map((field, index) => drawField(field, index === 0, refused))}
        <button class="button primary" type="submit">Use it</button>
      </form>
      ${canStart && html`<p class="other"><a href="./">Sign in with a code instead</a></p>`}`,
  };
}

function drawField(
  field: LoginField,
  first: boolean,
  refused: (Submission & { type: "refused" }) | undefined,
): Html {
  const { name, label, hint, visible, optional } = field;
  const wrong = refused !== undefined && (refused.field ?? name) === name;
  const described = [wrong && "problem", hint !== undefined && `hint-${name}`].filter((id) => id !== false);
  return html`<div class="field">
    <label for="field-${name}">${label}${optional === true && " (optional)"}</label>
    <input
      id="field-${name}"
      name="${fieldPrefix + name}"
      type="${visible === true ? "text" : "password"}"
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      maxlength="8192"
      ${optional !== true && html`required`}
      ${wrong && html`aria-invalid="true"`}
      ${described.length > 0 && html`aria-describedby="${described.join(" ")}"`}
      ${first && html`autofocus`}
    />
    ${hint !== undefined && html`<p class="hint" id="hint-${name}">${hint}</p>`}
  </div>`;
}
