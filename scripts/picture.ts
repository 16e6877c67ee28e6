// Makes docs/images/chat.svg out of a real run: starts the built chat with the demo in a terminal, types a prompt,
// and draws what is on the screen. Run it after a build: node scripts/picture.ts
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openTerminal, type TestTerminal } from "../packages/agent/test/support/terminal.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cell = { width: 8.4, height: 18 };
const padding = 14;
const palette = ["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"];
const bright = ["#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#f0f6fc"];

const home = await mkdtemp(join(tmpdir(), "zotpilot-picture-"));
const project = join(home, "hello");
await cp(join(root, "packages/ndjson"), project, {
  recursive: true,
  filter: (path) => !/node_modules|dist|\.turbo/.test(path),
});
const terminal = openTerminal({
  file: process.execPath,
  args: [join(root, "packages/agent/dist/bin.js"), "--demo"],
  cwd: project,
  env: { PATH: process.env["PATH"], HOME: home, ZOTPILOT_HOME: join(home, "state"), COLORTERM: "truecolor" },
  columns: 92,
  rows: 39,
});
try {
  await terminal.waitFor("Demo");
  terminal.type("list the files here, then read package.json and tell me its name\r");
  await terminal.waitFor("@zotpilot/ndjson");
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await writeFile(join(root, "docs/images/chat.svg"), draw(terminal));
} finally {
  terminal.close();
  await rm(home, { recursive: true, force: true });
}

function draw({ emulator }: TestTerminal): string {
  const buffer = emulator.buffer.active;
  const width = Math.round(emulator.cols * cell.width + 2 * padding);
  const height = emulator.rows * cell.height + 2 * padding + 22;
  const texts: string[] = [];
  for (let row = 0; row < emulator.rows; row++) {
    const line = buffer.getLine(buffer.baseY + row);
    if (!line) continue;
    let run = "";
    let start = 0;
    let style = "";
    const flush = (): void => {
      if (run.trim() !== "") {
        // Browsers drop white space at the ends of a text; so it starts at its first character.
        const blank = run.length - run.trimStart().length;
        const x = (padding + (start + blank) * cell.width).toFixed(1);
        const y = 22 + padding + row * cell.height + 13;
        const length = (run.trim().length * cell.width).toFixed(1);
        texts.push(`<text x="${x}" y="${y}" textLength="${length}" ${style}>${escape(run.trim())}</text>`);
      }
      run = "";
    };
    for (let column = 0; column < emulator.cols; column++) {
      const found = line.getCell(column);
      if (!found || found.getWidth() === 0) continue;
      const color = found.isFgPalette()
        ? ((found.getFgColor() < 8 ? palette[found.getFgColor()] : bright[found.getFgColor() - 8]) ??
          "#c9d1d9")
        : found.isFgRGB()
          ? `#${found.getFgColor().toString(16).padStart(6, "0")}`
          : "#c9d1d9";
      const next = `fill="${color}"${found.isBold() ? ' font-weight="bold"' : ""}${found.isDim() ? ' opacity="0.65"' : ""}`;
      if (next !== style) {
        flush();
        style = next;
        start = column;
      }
      if (run === "") start = column;
      run += found.getChars() || " ";
    }
    flush();
  }
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map(
    (color, index) => `<circle cx="${18 + index * 18}" cy="16" r="5.5" fill="${color}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The zotpilot chat with the built-in demo">`,
    `<rect width="${width}" height="${height}" rx="9" fill="#0d1117"/>`,
    ...dots,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13.5">`,
    ...texts,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function escape(text: string): string {
  // Indentation would be dropped, were it of usual spaces.
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", " ": "&#160;" };
  return text.replaceAll(/[&<> ]/g, (character) => entities[character] ?? character);
}
