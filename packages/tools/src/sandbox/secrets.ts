import { lstat, readdir, realpath } from "node:fs/promises";
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
const ENV_FILE = /^\.env(\..+)?$/i;
const ENV_EXAMPLE = /^\.env\.(example|sample|template|dist|defaults?)$/i;
const MAX_DEPTH = 3;
const MAX_FOLDERS = 2_000;

/** What a sandbox hides, as real paths, with whether it is a folder. Only what is there. */
export async function secretPlaces(
  writable: readonly string[],
  hidden: readonly string[],
): Promise<{ path: string; isFolder: boolean }[]> {
  const named = [...IN_HOME.map((name) => join(homedir(), name)), ...ON_SYSTEM, ...hidden];
  const found = await Promise.all(writable.map((folder) => environmentFiles(folder)));
  const places = await Promise.all([...named, ...found.flat()].map(look));
  return places.filter((place) => place !== undefined);
}

async function look(path: string): Promise<{ path: string; isFolder: boolean } | undefined> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  const stats = await lstat(real).catch(() => undefined);
  return stats && { path: real, isFolder: stats.isDirectory() };
}

async function environmentFiles(top: string): Promise<string[]> {
  const found: string[] = [];
  const queue = [{ folder: top, depth: 0 }];
  for (let visited = 0; visited < MAX_FOLDERS; visited += 1) {
    const next = queue.shift();
    if (!next) break;
    const entries = await readdir(next.folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(next.folder, entry.name);
      if (entry.isDirectory()) {
        const looked = next.depth < MAX_DEPTH && entry.name !== "node_modules" && entry.name !== ".git";
        if (looked) queue.push({ folder: path, depth: next.depth + 1 });
      } else if (ENV_FILE.test(entry.name) && !ENV_EXAMPLE.test(entry.name)) {
        found.push(path);
      }
    }
  }
  return found;
}

const SECRET_NAME =
  /TOKEN|SECRET|PASSW|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|^(AWS|AZURE|GCP|GOOGLE)_|_AUTH$|SSH_AUTH_SOCK|SSH_AGENT|GPG_AGENT|DBUS_|DOCKER_HOST|KUBECONFIG|DATABASE_URL/i;

/** The environment without what looks like a secret, or leads to one. */
export function withoutSecrets(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET_NAME.test(name)));
}
