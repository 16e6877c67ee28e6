// Imports the module named on the command line and prints, as JSON, which packages were loaded for it.
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const path = decodeURIComponent(new URL(resolved.url, "file:///").pathname);
    // Of nested folders the innermost package counts; our own packages are linked, and resolve to their folder.
    const installed = path.split("/node_modules/").at(-1) ?? "";
    if (path.includes("/node_modules/")) loaded.add(/^(?:@[^/]+\/)?[^/]+/.exec(installed)?.[0] ?? installed);
    const own = /\/packages\/([^/]+)\/(?:src|dist)\//.exec(path)?.[1];
    if (own !== undefined) loaded.add(`@zotpilot/${own}`);
    return resolved;
  },
});

const wanted = process.argv[2] ?? "";
const names = Object.keys((await import(wanted)) as object);
process.stdout.write(JSON.stringify({ loaded: [...loaded].toSorted(), names: names.toSorted() }));
