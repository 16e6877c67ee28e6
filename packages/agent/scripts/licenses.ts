import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

// Named in the sources of packages that come without a licence file.
const COPYRIGHT_HOLDERS: Readonly<Record<string, string>> = {
  "yoga-layout": "Meta Platforms, Inc. and affiliates.",
};

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
  const { name, version, license = "see below" } = manifest;
  return { name, version, license, text: texts.join("\n\n") || standardText(name, license) };
}

/** The text of the licence a package names and does not carry. */
function standardText(name: string, license: string): string {
  const holder = COPYRIGHT_HOLDERS[name];
  if (license !== "MIT" || !holder) {
    throw new Error(
      `${name} has no licence file: see what its sources say and name the copyright holder here`,
    );
  }
  return MIT.replace("<holder>", holder);
}

const MIT = `MIT License

Copyright (c) <holder>

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;
