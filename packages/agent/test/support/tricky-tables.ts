/** What hostile models try, as the tests of the tools have it. */
export interface TrickyTables {
  trickyCommands: Readonly<Record<string, readonly string[]>>;
  /** Commands that would show a secret. */
  revealingCommands: Readonly<Record<string, readonly string[]>>;
  refusedDeletions: readonly string[];
  trickyPaths: (top: string) => Readonly<Record<string, readonly string[]>>;
  trickyLinks: (top: string) => Readonly<Record<string, string>>;
}

/** Loads the tables, which stand beside the tests that look at them one by one. */
export async function loadTables(): Promise<TrickyTables> {
  const folder = new URL("../../../tools/test/", import.meta.url);
  const commands: unknown = await import(new URL("tricky-commands.ts", folder).href);
  const paths: unknown = await import(new URL("tricky-paths.ts", folder).href);
  return { ...(commands as TrickyTables), ...(paths as TrickyTables) };
}
