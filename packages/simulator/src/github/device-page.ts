/** What the page shows. */
export type DevicePage =
  | { type: "enter"; userCode: string; problem?: string }
  | { type: "confirm"; userCode: string; clientId: string; scopes: readonly string[]; login: string }
  | { type: "approved" }
  | { type: "denied" };

const STYLE = `
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #c9d1d9;
  --accent: #1f6f43; --on-accent: #ffffff; --bad: #b3261e; --note: #fff4d6; --note-ink: #5c4400; }
@media (prefers-color-scheme: dark) { :root { --paper: #0f1318; --card: #171c23; --ink: #e6eaf0; --soft: #9aa5b1;
  --line: #333c47; --accent: #2f9e62; --on-accent: #06150c; --bad: #ff8a80; --note: #3a2f10; --note-ink: #ffe08a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1.75rem; }
.note { margin: 0 0 1.25rem; padding: .5rem .75rem; border-radius: 8px; background: var(--note);
  color: var(--note-ink); font-size: .875rem; }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; line-height: 1.25; }
p, ul { margin: 0 0 1rem; } ul { padding-left: 1.25rem; } .soft { color: var(--soft); font-size: .9rem; }
label { display: block; font-weight: 600; margin-bottom: .35rem; }
input[type=text] { width: 100%; padding: .7rem; font: 600 1.35rem/1.2 ui-monospace, monospace; letter-spacing: .15em;
  text-align: center; text-transform: uppercase; color: var(--ink); background: var(--paper);
  border: 1px solid var(--soft); border-radius: 8px; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.problem { color: var(--bad); font-weight: 600; margin: .5rem 0 0; }
.row { display: flex; gap: .75rem; margin-top: 1.25rem; flex-wrap: wrap; }
button { flex: 1; min-height: 2.75rem; padding: .5rem 1rem; font: inherit; font-weight: 600; border-radius: 8px;
  border: 1px solid var(--soft); background: transparent; color: var(--ink); cursor: pointer; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** Draws the page where a person enters the code and approves. A pure function of what it shows; no JavaScript. */
export function drawDevicePage(page: DevicePage): string {
  const { title, body } = content(page);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - zotpilot simulator</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="note"><strong>zotpilot simulator, not GitHub.</strong> Nothing you do here reaches a real account.</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

function content(page: DevicePage): { title: string; body: string } {
  switch (page.type) {
    case "enter":
      return { title: "Connect a device", body: enterForm(page.userCode, page.problem) };
    case "confirm":
      return { title: "Approve this login?", body: confirmForm(page) };
    case "approved":
      return {
        title: "You are connected",
        body: '<p role="status">The login is approved. You can close this page and go back to your terminal.</p>',
      };
    case "denied":
      return {
        title: "Login cancelled",
        body: '<p role="status">Nothing was connected. The code is no longer valid; start the login again for a new one.</p>',
      };
    default:
      return page satisfies never;
  }
}

function enterForm(userCode: string, problem: string | undefined): string {
  const described = problem === undefined ? "hint" : "problem hint";
  return `<p>Enter the code that your terminal shows.</p>
<form method="post" action="/login/device">
<label for="user_code">Code</label>
<input type="text" id="user_code" name="user_code" value="${escape(userCode)}" maxlength="12" required autofocus
 autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="${described}"${
   problem === undefined ? "" : ' aria-invalid="true"'
 }>
${problem === undefined ? "" : `<p class="problem" id="problem" role="alert">${escape(problem)}</p>`}
<p class="soft" id="hint">Eight letters, for example BCDF-GHJK.</p>
<div class="row"><button class="primary" type="submit">Continue</button></div>
</form>`;
}

function confirmForm(page: Extract<DevicePage, { type: "confirm" }>): string {
  const scopes =
    page.scopes.length === 0
      ? "<p>It asks for no scopes.</p>"
      : `<p>It asks for:</p><ul>${page.scopes.map((scope) => `<li><code>${escape(scope)}</code></li>`).join("")}</ul>`;
  return `<p>An app with the client id <code>${escape(page.clientId)}</code> wants to act as
<strong>${escape(page.login)}</strong>, with the code <code>${escape(page.userCode)}</code>.</p>
${scopes}
<form method="post" action="/login/device">
<input type="hidden" name="user_code" value="${escape(page.userCode)}">
<div class="row">
<button class="primary" type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="cancel">Cancel</button>
</div>
</form>`;
}

function escape(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
