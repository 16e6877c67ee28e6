import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A test as the test runner names it. */
export interface NamedTest {
  /** From the root of the repository. */
  file: string;
  title: string;
}

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const vitest = fileURLToPath(new URL("../../../../node_modules/vitest/vitest.mjs", import.meta.url));

/** The tests of some files, asked of the test runner itself: it knows the titles that a table makes. */
export async function testsOf(files: readonly string[]): Promise<NamedTest[]> {
  // What the runner of this very test has set would make another one its worker.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:VITEST|TINYPOOL|NODE_ENV)/.test(name)),
  );
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [vitest, "list", ...files, "--json", "--no-static-parse"],
    {
      cwd: root,
      env,
    },
  );
  const listed = JSON.parse(stdout) as { name: string; file: string }[];
  return listed.map(({ name, file }) => ({
    file: file.slice(root.length).replaceAll("\\", "/"),
    title: name.split(" > ").at(-1) ?? "",
  }));
}
