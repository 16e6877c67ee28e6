/** The look of the page: one card, light or dark as the system is, readable at 320 pixels and at 400 percent. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #eef1f6; --glow: #dfe6fb; --card: #ffffff; --ink: #171c26; --soft: #515c6d; --line: #d9dfe8;
  --well: #f4f6fa; --edge: #7b8698; --accent: #3451c6; --accent-strong: #26409f; --on-accent: #ffffff;
  --good: #146c43; --good-well: #e2f4ea; --bad: #b01f2e; --bad-well: #fdebec; --note: #6b4a00; --note-well: #fff6dd;
  --shadow: 0 1px 2px rgb(20 30 60 / .06), 0 12px 40px rgb(20 30 60 / .10);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1017; --glow: #172043; --card: #161b25; --ink: #e9edf5; --soft: #a3aebf; --line: #2a3240;
    --well: #0f141d; --edge: #67748a; --accent: #93a9ff; --accent-strong: #b3c2ff; --on-accent: #0d1433;
    --good: #6fd8a0; --good-well: #12301f; --bad: #ff9a9f; --bad-well: #3a171b; --note: #f3cf7a; --note-well: #2f2610;
    --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 16px 48px rgb(0 0 0 / .45);
  }
}
* { box-sizing: border-box; }
html { min-height: 100%; background: radial-gradient(60rem 32rem at 50% -8rem, var(--glow), transparent) var(--paper) no-repeat; }
body { margin: 0 auto; max-width: 50rem; min-height: 100vh; padding: clamp(1rem, 3vw, 2rem) 1rem; display: flex;
  flex-direction: column; justify-content: center; gap: 1rem; color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
header, footer { padding: 0 .5rem; color: var(--soft); font-size: .875rem; }
header { display: flex; align-items: center; gap: .6rem; color: var(--ink); font-size: 1.05rem; font-weight: 650; letter-spacing: -.01em; }
header svg { width: 1.6rem; height: 1.6rem; }
footer p { margin: 0; }
main { background: var(--card); border: 1px solid var(--line); border-radius: 1.1rem; box-shadow: var(--shadow);
  padding: clamp(1.25rem, 4vw, 2rem) clamp(1.25rem, 4vw, 2.25rem); }
h1 { margin: .75rem 0 .35rem; font-size: clamp(1.45rem, 4.5vw, 1.85rem); line-height: 1.2; letter-spacing: -.02em; overflow-wrap: anywhere; }
h1:focus { outline: none; }
p { margin: 0 0 .85rem; text-wrap: pretty; }
.lead { color: var(--soft); margin-bottom: 1.4rem; }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--accent-strong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.state { display: inline-flex; align-items: center; gap: .5rem; margin: 0; padding: .2rem .75rem .2rem .6rem; border-radius: 99px;
  font-size: .875rem; font-weight: 600; color: var(--soft); background: var(--well); border: 1px solid var(--line); }
.state::before { content: ""; width: .55rem; height: .55rem; border-radius: 50%; background: currentColor; }
.state.pending { color: var(--accent); }
.state.pending::before { animation: breathe 1.6s ease-in-out infinite; }
.state.good { color: var(--good); background: var(--good-well); border-color: transparent; }
.state.bad { color: var(--bad); background: var(--bad-well); border-color: transparent; }
@keyframes breathe { 50% { opacity: .25; transform: scale(.75); } }
.steps { list-style: none; counter-reset: step; margin: 0; padding: 0; display: grid; gap: 1.15rem; }
.steps > li { counter-increment: step; position: relative; padding-left: 2.6rem; }
.steps > li::before { content: counter(step); position: absolute; left: 0; top: 0; width: 1.7rem; height: 1.7rem; border-radius: 50%;
  display: grid; place-items: center; font-size: .875rem; font-weight: 650; color: var(--accent); background: var(--well);
  border: 1px solid var(--line); }
.steps label, .steps .what { display: block; font-weight: 600; margin: 0 0 .5rem; }
.row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: stretch; }
.code { flex: 99 1 12rem; min-width: 0; width: 100%; padding: .55rem .5rem; text-align: center; color: var(--ink); background: var(--well);
  border: 1px solid var(--edge); border-radius: .7rem; font: 700 clamp(1.5rem, 6.2vw, 2.3rem)/1.2 var(--mono); letter-spacing: .06em; }
.button { display: inline-flex; align-items: center; justify-content: center; gap: .5rem; min-height: 2.9rem; padding: .5rem 1.15rem; font: inherit;
  font-weight: 600; text-decoration: none; border-radius: .7rem; border: 1px solid var(--edge); color: var(--ink); background: var(--card);
  cursor: pointer; overflow-wrap: anywhere; }
.button:hover { border-color: var(--accent); color: var(--ink); }
.button.primary { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
.button.primary:hover { background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent); }
.button svg { width: 1.1em; height: 1.1em; flex: none; }
.copy { flex: 1 0 7.2rem; }
.copy.done { color: var(--good); border-color: var(--good); }
.split { display: grid; gap: 2rem; align-items: start; }
.scan { display: flex; gap: 1rem; align-items: center; margin: 0; }
.scan figcaption { color: var(--soft); font-size: .875rem; }
.qr { flex: none; width: 8.5rem; background: #ffffff; border: 1px solid var(--line); border-radius: .8rem; overflow: hidden; line-height: 0; }
.qr svg { width: 100%; height: auto; display: block; }
.facts { display: grid; gap: .1rem 1.5rem; margin: 1.5rem 0 0; padding: 1.15rem 0 0; border-top: 1px solid var(--line); font-size: .925rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0 0 .35rem; overflow-wrap: anywhere; }
code { font-family: var(--mono); font-size: .92em; overflow-wrap: anywhere; }
.note { margin: .9rem 0 0; padding: .75rem 1rem; border-radius: .7rem; font-size: .925rem; color: var(--note); background: var(--note-well); }
.problem { margin: 0 0 1.25rem; padding: .75rem 1rem; border-radius: .7rem; color: var(--bad); background: var(--bad-well); overflow-wrap: anywhere; }
.trouble:empty { display: none; }
.trouble { margin: 1.1rem 0 0; color: var(--soft); font-size: .925rem; }
.other { margin: 1.1rem 0 0; font-size: .925rem; }
.field { margin: 0 0 1.15rem; }
.field label { display: block; font-weight: 600; margin-bottom: .4rem; }
.field input { width: 100%; min-height: 2.9rem; padding: .5rem .85rem; font: 1rem/1.4 var(--mono); color: var(--ink); background: var(--well);
  border: 1px solid var(--edge); border-radius: .7rem; }
.field input[aria-invalid="true"] { border-color: var(--bad); }
.steps .what + .hint { display: block; margin-top: -.4rem; }
.hint { margin: .4rem 0 0; color: var(--soft); font-size: .9rem; }
.end { text-align: center; padding: 1.5rem 0; }
.end h1 { margin-top: 1.1rem; }
.end .lead { margin-bottom: .5rem; }
.tick { width: 4.25rem; height: 4.25rem; color: var(--good); }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
@media (min-width: 46rem) {
  .split { grid-template-columns: minmax(0, 1fr) 12.5rem; gap: 2.5rem; }
  .scan { flex-direction: column; align-items: stretch; text-align: center; }
  .qr { width: 12.5rem; }
  .facts { grid-template-columns: max-content minmax(0, 1fr) max-content minmax(0, 1fr); }
}
@media (prefers-reduced-motion: reduce) { .state::before { animation: none !important; } }
@media (forced-colors: active) { .state::before { background: CanvasText; forced-color-adjust: none; } }
`;
