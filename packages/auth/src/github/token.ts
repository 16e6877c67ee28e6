import type * as z from "zod";
import type { tokenSchema } from "./schema.ts";

/** What a login or a renewal brought. `expiresInSeconds` is set only for tokens that expire. */
export interface GitHubToken {
  readonly token: string;
  readonly scope?: string;
  readonly refreshToken?: string;
  readonly expiresInSeconds?: number;
}

export function tokenOf(data: z.infer<typeof tokenSchema>): GitHubToken {
  return {
    token: data.access_token,
    ...(data.scope ? { scope: data.scope } : {}),
    ...(data.refresh_token ? { refreshToken: data.refresh_token } : {}),
    ...(data.expires_in ? { expiresInSeconds: data.expires_in } : {}),
  };
}
