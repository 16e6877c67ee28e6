import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

type ThirdParty = { name: string; version: string; license: string; text: string };

/** Names, versions and licence texts of the packages these modules come from; our own are left out. */
export async function thirdPartyLicenses(moduleIds: readonly string[]): Promise<string> {
  const folders = new Set(
    moduleIds.filter((id) => id.includes("/node_modules/")).flatMap((id) => packageFolderOf(id) ?? []),
  );
  const packages = await Promise.all([...folders].map(readThirdParty));
  packages.sort((a, b) => a.name.localeCompare(b.name, "en") || a.version.localeCompare(b.version, "en"));
  const sections = packages.map(
    ({ name, version, license, text }) => `${name} ${version}\nLicence: ${license}\n\n${text.trim()}\n`,
  );
  const rule = `\n${"-".repeat(80)}\n\n`;
  return [`zotpilot contains code of these packages.\n`, ...sections].join(rule);
}

/** The folder of the package a module belongs to: the nearest package.json that has a name and a version. */
function packageFolderOf(moduleId: string): string | undefined {
  const file = moduleId.replace(/^\0+/, "").replace(/\?.*$/, "");
  const scope = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
  return scope && existsSync(path.join(scope, "package.json")) ? scope : undefined;
}

async function readThirdParty(folder: string): Promise<ThirdParty> {
  const manifest = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  return {
    name: manifest.name,
    version: manifest.version,
    license: manifest.license ?? "see below",
    text: texts.join("\n\n") || "(The package carries no licence text of its own.)",
  };
}
