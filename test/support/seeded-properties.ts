// Property tests play the same cases in every `npm test`; `npm run test:long` plays others each time,
// and a failure names its seed.
import { configureGlobal } from "fast-check";

if (!process.env["ZOTPILOT_TEST_LONG"]) configureGlobal({ seed: 1 });
