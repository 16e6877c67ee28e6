/** True when tests are to be as thorough as they can be, which takes minutes. */
export const long = process.env["ZOTPILOT_TEST_LONG"] === "1";
