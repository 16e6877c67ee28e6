export { limitOutput, type LimitOutputOptions } from "./limits/limit-output.ts";
export { limitTime, type LimitTimeOptions } from "./limits/limit-time.ts";
