import { homedir } from "node:os";
import { basename, relative, sep } from "node:path";
import picomatch from "picomatch";
import { foldPath, isInside } from "../shared/inside.ts";

/** What a person is always asked about, whatever the rules say. */
export interface SensitivePaths {
  /** Why writing here is asked about; undefined where it is not. `path` is absolute. */
  writing(path: string): string | undefined;
  /** Why reading here is asked about. */
  reading(path: string): string | undefined;
  /** Why reading what a pattern of names matches is asked about. */
  readingPattern(pattern: string): string | undefined;
}

/** How {@link sensitivePaths} is to behave. */
export interface SensitivePathOptions {
  home?: string;
  /** Folders and files of the program itself: its settings, its credentials. Absolute. */
  own?: readonly string[];
}

const PROTECTED_FOLDERS = new Set([".vscode", ".idea", ".husky", ".circleci", ".zotpilot", ".devcontainer"]);
const PROTECTED_NAMES = new Set([
  ".gitmodules",
  ".gitattributes",
  ".mcp.json",
  ".gitlab-ci.yml",
  ".travis.yml",
  "azure-pipelines.yml",
  "jenkinsfile",
  ".envrc",
  ".npmrc",
  ".yarnrc.yml",
  ".pnpmfile.cjs",
]);
/** In the home folder: what a shell, git or ssh runs or believes. */
const HOME_NAMES =
  /^\.(bash|zsh|z|k|c|tc)?(rc|sh_?profile|shenv|profile|login|logout|sh_aliases|env|history)$|^\.(bashrc|bash_profile|bash_login|bash_logout|bash_aliases|zshrc|zshenv|zprofile|zlogin|profile|inputrc|gitconfig|npmrc|pypirc|netrc|vimrc|pam_environment|xinitrc|xprofile|condarc|curlrc|wgetrc)$/;
const HOME_FOLDERS =
  /^(\.ssh|\.aws|\.gnupg|\.kube|\.docker|\.config\/(gh|git|fish|autostart|systemd|github-copilot|gcloud)|\.local\/bin|bin|library\/launchagents|library\/keychains|\.azure)(\/|$)/;
const SECRET_HOME =
  /^(\.ssh|\.aws|\.gnupg|\.kube|\.azure|\.config\/(gh|gcloud|github-copilot|op)|library\/keychains|\.docker\/config\.json|\.password-store|\.local\/share\/keyrings|\.mozilla|\.config\/google-chrome)(\/|$)|^\.(netrc|npmrc|pypirc|git-credentials|pgpass|my\.cnf|bash_history|zsh_history)$|^\.cargo\/credentials/;
const SECRET_NAMES =
  /^(\.env(\..+)?|\.netrc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519)(_sk)?|.*\.(pem|p12|pfx|keystore|jks)|credentials\.json|auth\.json)$/;
const EXAMPLES = /^\.env\.(example|sample|template|dist|defaults?)$/;
const SAMPLES = [
  ".env",
  ".env.local",
  ".env.production",
  ".netrc",
  "id_rsa",
  "id_ed25519",
  "key.pem",
  ".git-credentials",
];

/** The paths that belong to nobody's task. */
export function sensitivePaths(options: SensitivePathOptions = {}): SensitivePaths {
  const home = options.home ?? homedir();
  const own = options.own ?? [];

  function belowHome(path: string): string | undefined {
    const folded = foldPath(path);
    const root = foldPath(home);
    if (isInside(folded, root)) return relative(root, folded).split(sep).join("/");
    // The home folders of others, where systems have them.
    return /^(?:\/home\/[^/]+|\/users\/[^/]+|\/root|\/var\/root)(?:\/(.*))?$/.exec(folded)?.[1];
  }

  function isOwn(path: string): boolean {
    return own.some((mine) => isInside(foldPath(path), foldPath(mine)));
  }

  function writing(path: string): string | undefined {
    const parts = foldPath(path).split(/[\\/]/);
    const name = parts.at(-1) ?? "";
    const git = parts.lastIndexOf(".git");
    if (git !== -1) return "git keeps hooks and settings there";
    if (parts.some((part) => PROTECTED_FOLDERS.has(part))) return "programs take their settings from there";
    if (PROTECTED_NAMES.has(name)) return "programs take their settings from it";
    if (parts.at(-2) === "workflows" && parts.at(-3) === ".github")
      return "it is run by continuous integration";
    if (parts.at(-1) === "workflows" && parts.at(-2) === ".github")
      return "it is run by continuous integration";
    const below = belowHome(path);
    if (below !== undefined && (HOME_NAMES.test(below) || HOME_FOLDERS.test(below))) {
      return "the system or a shell takes its settings from it";
    }
    if (
      /^\/(etc|boot|proc|sys|dev|usr|bin|sbin|lib|system|library)(\/|$)/.test(foldPath(path)) &&
      !/^\/dev\/(null|stdout|stderr|fd\/\d)$/.test(path)
    ) {
      return "it belongs to the system";
    }
    if (isOwn(path)) return "it is one of this program's own files";
    return reading(path);
  }

  function reading(path: string): string | undefined {
    const name = foldPath(basename(path));
    if (SECRET_NAMES.test(name) && !EXAMPLES.test(name)) return "secrets are kept in it";
    const below = belowHome(path);
    if (below !== undefined && SECRET_HOME.test(below)) return "secrets are kept there";
    const folded = foldPath(path);
    if (
      /^\/proc\/[^/]+\/(environ|mem|fd|root|cwd|map_files|task)(\/|$)|^\/proc\/kcore|^\/dev\/(mem|sd|nvme|vd)|^\/etc\/(g?shadow|sudoers)/.test(
        folded,
      )
    ) {
      return "secrets can be seen there";
    }
    if (/^\/dev\/(?!(null|zero|full|u?random|tty|std(in|out|err)|fd|shm|pts)(\/|$)|$)/.test(folded))
      return "it is a device";
    return isOwn(path) ? "it is one of this program's own files" : undefined;
  }

  return {
    writing,
    reading,
    readingPattern(pattern) {
      const name = basename(pattern);
      // What stands for any name is about secrets only when there are some.
      const could =
        !/^[*?]*$/.test(name) &&
        SAMPLES.some((sample) =>
          picomatch.isMatch(sample, name, { dot: name.startsWith("."), nocase: true }),
        );
      if (could) return "files with secrets may be among what it matches";
      return /^(~|\/|\.\.)/.test(pattern) && /[*?[]/.test(pattern.slice(0, -name.length))
        ? "it cannot be told which folders it reaches"
        : undefined;
    },
  };
}
