import { diagnoseHost, resolveGitHubHost, type Finding } from "@zotpilot/auth";
import { exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { accountCommand } from "./context.ts";

const marks: Record<Finding["status"], string> = { ok: "✓", warning: "!", problem: "✗" };

/** Looks at each host on the way to Copilot and says what is wrong and what to change. Exit code 1 for a problem. */
export async function runDoctor(
  options: CliOptions,
  json: boolean,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const { credentials, fetch, print, printJson } = accountCommand(io);
  let isWell = true;
  for (const host of await hostsOf(options, credentials)) {
    if (!json) print(host);
    const findings = diagnoseHost({
      host,
      env: io.env,
      fetch,
      origins: copilotOrigins(host),
      signal,
    });
    for await (const finding of findings) {
      if (finding.status === "problem") isWell = false;
      if (json) printJson({ host, ...finding });
      else {
        print(`  ${marks[finding.status]} ${finding.message}`);
        if (finding.advice) print(`    ${finding.advice}`);
      }
    }
  }
  if (!json)
    print(isWell ? "Nothing stands in the way." : "Something stands in the way; see the lines with ✗.");
  return isWell ? exitCodes.ok : exitCodes.error;
}

/** The host that was named, or those of the accounts, or GitHub's own. */
async function hostsOf(
  options: CliOptions,
  credentials: () => Promise<{ store: { list(): Promise<readonly string[]> } }>,
): Promise<readonly string[]> {
  if (options.host !== undefined) return [resolveGitHubHost(options.host).name];
  const ids = await credentials()
    .then(({ store }) => store.list())
    .catch(() => []);
  const hosts = [...new Set(ids.map((id) => id.slice(id.lastIndexOf("@") + 1)))];
  return hosts.length > 0 ? hosts : ["github.com"];
}

/** Where the models of a host are, as far as it is known before signing in. */
function copilotOrigins(host: string): readonly string[] {
  const { webOrigin, apiOrigin, name } = resolveGitHubHost(host);
  if (webOrigin === apiOrigin) return [];
  return [name === "github.com" ? "https://api.githubcopilot.com" : `https://copilot-api.${name}`];
}
