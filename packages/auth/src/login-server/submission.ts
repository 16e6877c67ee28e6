import { withoutSecret } from "../display.ts";
import { isAuthError } from "../errors.ts";
import type { LoginField, LoginServerOptions } from "./options.ts";

/** What became of a pasted value. The value itself is in neither. */
export type Submission =
  | { readonly type: "accepted"; readonly account?: string }
  | { readonly type: "refused"; readonly message: string; readonly field?: string };

const patienceMs = 30_000;
const longestValue = 8 * 1024;

/** Fields are posted under this prefix, so that they cannot be taken for those of the page. */
export const fieldPrefix = "value-";

/** Hands what was pasted to the caller's `onSubmit`, and makes of every failure a sentence without what was pasted. */
export async function submit(
  form: ReadonlyMap<string, string>,
  fields: readonly LoginField[],
  onSubmit: NonNullable<LoginServerOptions["onSubmit"]>,
  signal: AbortSignal,
): Promise<Submission> {
  const values: Record<string, string> = {};
  for (const { name, label, optional } of fields) {
    const value = (form.get(fieldPrefix + name) ?? "").trim();
    const refuse = (words: string): Submission => ({
      type: "refused",
      field: name,
      message: `${label} ${words}.`,
    });
    if (value === "" && optional !== true) return refuse("is empty");
    if (value.length > longestValue) return refuse("is too long");
    // A header could be split by one, and no token has one.
    if (/\p{Cc}/u.test(value)) return refuse("holds a line end or another control character");
    values[name] = value;
  }
  const patience = AbortSignal.timeout(patienceMs);
  const either = AbortSignal.any([signal, patience]);
  try {
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => undefined);
    either.addEventListener("abort", () => aborted.reject(either.reason), { once: true });
    const answer = await Promise.race([onSubmit(values, { signal: either }), aborted.promise]);
    return { type: "accepted", ...(answer?.account !== undefined && { account: answer.account }) };
  } catch (error) {
    if (patience.aborted) return { type: "refused", message: "Checking it took too long. Try again." };
    if (!isAuthError(error))
      return {
        type: "refused",
        message: "It could not be used. The program that opened this page knows more.",
      };
    const message = Object.values(values).reduce(withoutSecret, error.message);
    return { type: "refused", message };
  }
}
