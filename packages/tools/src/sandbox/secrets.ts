import { lstat, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

const IN_HOME = [
  ".ssh",
  ".aws",
  ".azure",
  ".gnupg",
  ".kube",
  ".netrc",
  ".npmrc",
  ".pypirc",
  ".pgpass",
  ".git-credentials",
  ".password-store",
  ".docker/config.json",
  ".cargo/credentials",
  ".cargo/credentials.toml",
  ".config/gh",
  ".config/gcloud",
  ".config/github-copilot",
  ".config/op",
  ".config/google-chrome",
  ".mozilla",
  ".local/share/keyrings",
  ".bash_history",
  ".zsh_history",
  ".zotpilot",
  ".config/zotpilot",
  ".local/share/zotpilot",
  ".local/state/zotpilot",
];
const ON_SYSTEM = ["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/sudoers.d"];
/** What a sandbox hides, as real paths, with whether it is a folder. Only what is there. */
export async function secretPlaces(more: readonly string[]): Promise<{ path: string; isFolder: boolean }[]> {
  const named = [...IN_HOME.map((name) => join(homedir(), name)), ...ON_SYSTEM, ...more];
  const places = await Promise.all(named.map(look));
  return places.filter((place) => place !== undefined);
}

async function look(path: string): Promise<{ path: string; isFolder: boolean } | undefined> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  const stats = await lstat(real).catch(() => undefined);
  return stats && { path: real, isFolder: stats.isDirectory() };
}

const SECRET_NAME =
  /TOKEN|SECRET|PASSW|PASSPHRASE|_KEY$|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|(^|_)PAT$|DSN|^(AWS|AZURE|GCP|GOOGLE)_|_AUTH$|SSH_AUTH_SOCK|SSH_AGENT|GPG_AGENT|DBUS_|DOCKER_HOST|KUBECONFIG|DATABASE_URL/i;

const URL_WITH_PASSWORD = /:\/\/[^\s/@:]*:[^\s/@]+@/;

/** The environment without what looks like a secret, or leads to one. */
export function withoutSecrets(env: Record<string, string>): Record<string, string> {
  const harmless = ([name, value]: [string, string]): boolean =>
    !SECRET_NAME.test(name) && !URL_WITH_PASSWORD.test(value);
  return Object.fromEntries(Object.entries(env).filter(harmless));
}
