/** Where a token can come from. */
export type CredentialSourceName =
  | "stdin"
  | "environment"
  | "command"
  | "store"
  | "gh_env"
  | "gh_cli"
  | "editors";

/** The sources that belong to other tools; they are used only when they are asked for by name. */
export type ForeignSource = Extract<CredentialSourceName, "gh_env" | "gh_cli" | "editors">;

/** One source, for people to read. */
export interface CredentialSource {
  readonly name: CredentialSourceName;
  readonly title: string;
  /** True for what belongs to another tool. */
  readonly onlyWhenAsked: boolean;
}

/** All sources in the order in which `resolveCredential` looks at them; the first that has a token is the one. */
export const credentialSources: readonly CredentialSource[] = [
  { name: "stdin", title: "a token on the standard input", onlyWhenAsked: false },
  { name: "environment", title: "the variable COPILOT_GITHUB_TOKEN", onlyWhenAsked: false },
  { name: "command", title: "the command that is set to print a token", onlyWhenAsked: false },
  { name: "store", title: "an account that signed in here", onlyWhenAsked: false },
  { name: "gh_env", title: "the variables GH_TOKEN and GITHUB_TOKEN", onlyWhenAsked: true },
  { name: "gh_cli", title: "the GitHub CLI (gh auth token)", onlyWhenAsked: true },
  { name: "editors", title: "the files of Copilot's editor plug-ins", onlyWhenAsked: true },
];

/** The environment of a program, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A token that a source gave. */
export interface FoundToken {
  readonly token: string;
  /** What gave it, by name: a variable, a program, a file. */
  readonly place: string;
  readonly login?: string;
}
