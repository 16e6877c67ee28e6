import { AuthError } from "../errors.ts";
import { isTransient, notGitHub, unwell } from "../github/answer.ts";
import type { GitHubHost } from "../github/host.ts";
import { request } from "../github/http.ts";
import type { HttpOptions } from "../github/http.ts";
import { copilotUserSchema, refusalSchema } from "../github/schema.ts";
import { fetchGitHubUser } from "../github/user.ts";
import { describeToken } from "./kind.ts";
import type { TokenKind } from "./kind.ts";
import { explainTokenRefusal } from "./refusal.ts";

/** Settings of `verifyToken`. */
export interface VerifyOptions extends HttpOptions {
  readonly host: GitHubHost;
  readonly token: string;
}

/** A token that works, and for whom. `plan` is GitHub's own word, such as `individual`. */
export interface VerifiedToken {
  readonly kind: TokenKind;
  readonly login: string;
  readonly plan?: string;
  readonly chatEnabled?: boolean;
  /** What is left of each quota, in percent; absent for what is unlimited or not told. */
  readonly remainingPercent: Readonly<Record<string, number>>;
}

/**
 * Asks the host whose token this is and whether it has Copilot; no request of the quota is spent. Throws `AuthError`:
 * `token_unusable` before anything is sent, `token_revoked`, `access_denied` with the host's own reason and link, and
 * `network` or `invalid_response` when the host gave no answer. Asked once, never again by itself.
 */
export async function verifyToken(options: VerifyOptions): Promise<VerifiedToken> {
  const { host, token } = options;
  const { kind, problem } = describeToken(token);
  if (problem !== undefined) throw new AuthError("token_unusable", `This is ${problem}`);
  const answer = await request(
    {
      url: `${host.apiOrigin}/copilot_internal/user`,
      headers: { authorization: `Bearer ${token}` },
      secret: token,
    },
    options,
  );
  const user = copilotUserSchema.safeParse(answer.json);
  if (answer.status === 200 && user.success) {
    const { login, copilot_plan: plan, chat_enabled: chatEnabled, quota_snapshots: quotas } = user.data;
    const remaining = Object.entries(quotas ?? {}).flatMap(([name, quota]) =>
      quota.unlimited === true || typeof quota.percent_remaining !== "number"
        ? []
        : [[name, quota.percent_remaining] as const],
    );
    return {
      kind,
      login: login ?? (await fetchGitHubUser(options)).login,
      ...(plan && { plan }),
      ...(typeof chatEnabled === "boolean" && { chatEnabled }),
      remainingPercent: Object.fromEntries(remaining),
    };
  }
  if (isTransient(answer)) throw unwell(host, answer);
  const refused = refusalSchema.safeParse(answer.json);
  if (!refused.success || ![401, 403, 404].includes(answer.status)) throw notGitHub(host, answer);
  const { message, error_details: details } = refused.data;
  const words = details?.message ?? message;
  throw explainTokenRefusal({
    host: host.name,
    token,
    status: answer.status,
    ...(words && { message: words }),
    ...(details?.url && { url: details.url }),
  });
}
