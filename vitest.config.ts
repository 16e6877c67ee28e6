import { defineConfig } from "vitest/config";

// Tests run on sources: the "@zotpilot/source" condition maps every package to its src folder.
// Tests named *.built.test.ts need the built program and run after the build (scripts/test.ts).
const built = process.env["ZOTPILOT_TEST_BUILT"] === "1";

export default defineConfig({
  resolve: { conditions: ["@zotpilot/source", "module", "node", "development|production"] },
  ssr: { resolve: { conditions: ["@zotpilot/source", "module", "node", "development|production"] } },
  test: {
    include: built
      ? ["packages/*/{src,test}/**/*.built.test.{ts,tsx}", "test/**/*.built.test.ts"]
      : ["packages/*/{src,test}/**/*.test.{ts,tsx}", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: built ? ["**/node_modules/**"] : ["**/node_modules/**", "**/*.built.test.{ts,tsx}"],
    setupFiles: "test/support/seeded-properties.ts",
    testTimeout: process.env["ZOTPILOT_TEST_LONG"] ? 900_000 : 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
  },
});
