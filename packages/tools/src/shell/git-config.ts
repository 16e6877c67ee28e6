/**
 * Settings that run nothing and lead nowhere, by section. All others, and all sections that are not here, are unknown.
 * Without `extensions` there is only the kind of repository that the rest of this folder can read.
 */
const HARMLESS: Readonly<Record<string, readonly string[] | "all">> = {
  advice: "all",
  branch: words(
    "remote merge rebase pushremote description vscode-merge-base gh-merge-base github-pr-owner-number autosetuprebase " +
      "autosetupmerge sort",
  ),
  color: "all",
  commit: words("gpgsign verbose status cleanup"),
  core: words(
    "repositoryformatversion filemode bare logallrefupdates symlinks ignorecase precomposeunicode autocrlf eol safecrlf " +
      "protectntfs protecthfs quotepath abbrev compression looseCompression untrackedcache preloadindex longpaths fscache " +
      "whitespace commentchar checkstat trustctime bigfilethreshold sharedrepository",
  ),
  diff: words("algorithm renames renamelimit noprefix mnemonicprefix colormoved context interhunkcontext"),
  fetch: words("prune prunetags"),
  gc: words("auto"),
  index: words("version"),
  init: words("defaultbranch"),
  lfs: words("repositoryformatversion"),
  log: words("decorate date abbrevcommit follow"),
  merge: words("conflictstyle ff"),
  pull: words("rebase ff"),
  push: words("default autosetupremote followtags"),
  rebase: words("autosquash autostash"),
  remote: words("url fetch pushurl push tagopt prune mirror gh-resolved"),
  status: words("showuntrackedfiles branch short relativepaths showstash"),
  submodule: words("url active branch"),
  tag: words("gpgsign sort"),
  user: words("name email signingkey useconfigonly"),
};

/** Whether a setting, such as `user.name`, is known to run nothing and to lead nowhere. */
export function isHarmlessSetting(key: string): boolean {
  const [section = "", ...rest] = key.toLowerCase().split(".");
  const known = Object.hasOwn(HARMLESS, section) ? HARMLESS[section] : undefined;
  return known === "all" || known?.includes(rest.at(-1) ?? "") === true;
}

const SECTION = /^\s*\[([a-z][a-z0-9-]*)(?:\s+"(?:[^"\\]|\\["\\])*")?\]\s*(?:[#;].*)?$/i;
const SETTING = /^\s*([a-z][a-z0-9-]*)\s*(?:=.*)?$/i;
const NOTHING = /^\s*(?:[#;].*)?$/;

/**
 * Whether a git config file has nothing but known harmless settings. It reads one plain way to write them: a section and
 * a setting have a line of their own, and a line does not go on in the next one.
 */
export function settingsRunNothing(text: string): boolean {
  let section: (typeof HARMLESS)[string] | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/[\0-\x08\x0b-\x1f\x7f\ufeff]|\\$/.test(line)) return false;
    if (NOTHING.test(line)) continue;
    const name = SECTION.exec(line)?.[1]?.toLowerCase();
    if (name !== undefined) {
      section = Object.hasOwn(HARMLESS, name) ? HARMLESS[name] : undefined;
      if (section === undefined) return false;
      continue;
    }
    const key = SETTING.exec(line)?.[1]?.toLowerCase();
    if (key === undefined || section === undefined) return false;
    if (section !== "all" && !section.includes(key)) return false;
  }
  return true;
}

function words(text: string): readonly string[] {
  return text.toLowerCase().split(" ");
}
