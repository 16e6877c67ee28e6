import { displayText } from "../display.ts";
import type { Environment } from "../sources/sources.ts";

/** A proxy that the environment asks for. */
export interface ProxySetting {
  readonly variable: string;
  /** Undefined when the value is no address of a proxy. */
  readonly url: URL | undefined;
  /** The address without user name and password. */
  readonly shown: string;
}

/** The proxy for an address, from `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`, unless `NO_PROXY` excludes it. */
export function proxyFor(target: URL, env: Environment): ProxySetting | undefined {
  if (isExcluded(target, env)) return undefined;
  const names = target.protocol === "https:" ? ["HTTPS_PROXY", "ALL_PROXY"] : ["HTTP_PROXY", "ALL_PROXY"];
  for (const name of names.flatMap((upper) => [upper.toLowerCase(), upper])) {
    const value = env[name]?.trim();
    if (!value) continue;
    const url = URL.parse(value.includes("://") ? value : `http://${value}`) ?? undefined;
    const usable =
      url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== "" ? url : undefined;
    const shown = usable === undefined ? "a value that is no address" : `${usable.protocol}//${usable.host}`;
    return { variable: name, url: usable, shown: displayText(shown) };
  }
  return undefined;
}

function isExcluded({ hostname, port }: URL, env: Environment): boolean {
  const rules = (env["no_proxy"] ?? env["NO_PROXY"] ?? "").split(/[\s,]+/).filter((rule) => rule !== "");
  return rules.some((rule) => {
    if (rule === "*") return true;
    const [, name = "", rulePort] = /^(.*?)(?::(\d+))?$/.exec(rule.toLowerCase()) ?? [];
    if (rulePort !== undefined && rulePort !== port) return false;
    const suffix = name.replace(/^\*?\./, "");
    return hostname === suffix || hostname.endsWith(`.${suffix}`);
  });
}
