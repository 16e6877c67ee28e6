import * as z from "zod";

// Liberal with what a server sends: a drifting optional field must never break a login.
const text = z.string().nullish().catch(undefined);
const seconds = z.coerce.number().positive().finite().nullish().catch(undefined);

export const deviceCodeSchema = z.object({
  device_code: z.string().regex(/^[\x21-\x7e]{1,512}$/),
  user_code: z.string().regex(/^[A-Za-z0-9-]{4,32}$/),
  verification_uri: z.string().min(1),
  expires_in: seconds,
  interval: seconds,
});

export const tokenSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  scope: text,
  refresh_token: text,
  expires_in: seconds,
});

export const errorSchema = z.object({
  error: z.string().min(1),
  error_description: text,
  interval: seconds,
});

export const messageSchema = z.object({ message: z.string().min(1) });

export const userSchema = z.object({ login: z.string().regex(/^[A-Za-z0-9_[\]-]{1,100}$/) });

const quota = z
  .object({ unlimited: z.boolean().nullish(), percent_remaining: z.number().nullish() })
  .catch({});

export const copilotUserSchema = z.object({
  login: userSchema.shape.login.optional().catch(undefined),
  copilot_plan: text,
  chat_enabled: z.boolean().nullish().catch(undefined),
  quota_snapshots: z.record(z.string(), quota).nullish().catch(undefined),
});

export const refusalSchema = z
  .object({ message: text, error_details: z.object({ message: text, url: text }).nullish().catch(undefined) })
  .refine(({ message, error_details: details }) => message || details?.message);

/** The value of a JSON text, its strings changed by `change`, or undefined when it is none. */
export function parseJson(body: string, change: (text: string) => string): unknown {
  try {
    return JSON.parse(body, (_key, value: unknown) => (typeof value === "string" ? change(value) : value));
  } catch {
    return undefined;
  }
}
