import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url));

/** A running `zotpilot-sim`, from its sources. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it wrote so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the text on a stream fits. */
  waitFor(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended and its streams are closed. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

/** Starts the program. */
export function startProgram(args: readonly string[]): Program {
  const child = spawn(process.execPath, ["--conditions=@zotpilot/source", bin, ...args], { stdio: "pipe" });
  const texts = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
      for (const watch of watchers) watch();
    });
  }
  const end = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    get stdout() {
      return texts.stdout;
    },
    get stderr() {
      return texts.stderr;
    },
    waitFor: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const match = pattern.exec(texts[stream]);
          if (match === null) return;
          watchers.delete(watch);
          resolve(match);
        };
        watchers.add(watch);
        watch();
        void end.then(() => reject(new Error(`ended without ${pattern}: ${texts.stdout}${texts.stderr}`)));
      }),
    ended: async () => ({ ...(await end), ...texts }),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await end;
    },
  };
}
