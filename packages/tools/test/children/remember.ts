// Remembers rules, as many processes may at once: FOLDER PROJECT RULE…
import { createPermissionStore } from "../../src/index.ts";

const [folder = "", project = "", ...rules] = process.argv.slice(2);
for (const rule of rules) await createPermissionStore({ folder, project }).remember([rule]);
