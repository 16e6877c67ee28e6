import { spawn, type IPty } from "@lydell/node-pty";
import xterm from "@xterm/headless";

/** A program in a real terminal: a pty whose output an emulator draws. */
export interface TestTerminal {
  readonly pty: IPty;
  readonly emulator: xterm.Terminal;
  /** The lines on the screen, trimmed at their right. */
  screen(): string[];
  /** All lines, those scrolled away included. */
  history(): string[];
  /** Every byte that the program wrote. */
  output(): string;
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves when a line of the history matches; rejects with the screen when it does not happen in time. */
  waitFor(pattern: RegExp | string, timeoutMs?: number): Promise<void>;
  /** Resolves when `check` holds; rejects with the screen when it does not happen in time. */
  waitUntil(check: () => boolean, what: string, timeoutMs?: number): Promise<void>;
  readonly exited: Promise<{ exitCode: number; signal?: number | undefined }>;
  close(): void;
}

/** Starts a program in a terminal of the given size. */
export function openTerminal(options: {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string | undefined>;
  columns?: number;
  rows?: number;
}): TestTerminal {
  const { columns = 80, rows = 24 } = options;
  const emulator = new xterm.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  const env = Object.fromEntries(
    Object.entries(options.env).filter((entry) => entry[1] !== undefined),
  ) as Record<string, string>;
  const pty = spawn(options.file, [...options.args], {
    name: "xterm-256color",
    cols: columns,
    rows,
    cwd: options.cwd,
    env: { ...env, TERM: "xterm-256color" },
  });
  let output = "";
  pty.onData((data) => {
    output += data;
    emulator.write(data);
  });
  // Answers to the program's questions about the terminal.
  emulator.onData((data) => pty.write(data));
  const exited = new Promise<{ exitCode: number; signal?: number | undefined }>((resolve) =>
    pty.onExit(resolve),
  );

  function lines(from: number, to: number): string[] {
    const buffer = emulator.buffer.active;
    return Array.from(
      { length: to - from },
      (_, index) => buffer.getLine(from + index)?.translateToString(true) ?? "",
    );
  }
  const screen = (): string[] =>
    lines(emulator.buffer.active.baseY, emulator.buffer.active.baseY + emulator.rows);
  const history = (): string[] => lines(0, emulator.buffer.active.baseY + emulator.rows);

  async function waitUntil(check: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!check()) {
      if (performance.now() > deadline)
        throw new Error(`waited for ${what}; the screen is:\n${screen().join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return {
    pty,
    emulator,
    screen,
    history,
    output: () => output,
    type: (keys) => pty.write(keys),
    resize(nextColumns, nextRows) {
      pty.resize(nextColumns, nextRows);
      emulator.resize(nextColumns, nextRows);
    },
    waitUntil,
    waitFor(pattern, timeoutMs) {
      const matches = (line: string): boolean =>
        typeof pattern === "string" ? line.includes(pattern) : pattern.test(line);
      return waitUntil(() => history().some(matches), String(pattern), timeoutMs);
    },
    exited,
    close() {
      try {
        pty.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      emulator.dispose();
    },
  };
}
