/** Premium requests: what is spent and how the service tells it. */
export interface Quota {
  /** Counts one user-initiated call of a model. */
  spend(multiplier: number): void;
  /** The `x-quota-snapshot-*` headers of a Copilot API reply. */
  headers(): Record<string, string>;
  /** The `quota_snapshots` of `/copilot_internal/user`. */
  snapshots(now: number): Record<string, unknown>;
}

const ENTITLEMENT = 300;
const RESET = "2099-01-01T00:00:00Z";

/** Starts with a full month of 300 premium requests. */
export function createQuota(): Quota {
  let spent = 0;
  const left = (): number => Math.max(0, ENTITLEMENT - spent);
  const percent = (): number => Math.round((left() / ENTITLEMENT) * 1000) / 10;
  const header = (entitlement: number, remaining: number): string =>
    `ent=${entitlement}&ov=0.0&ovPerm=false&rem=${remaining.toFixed(1)}&rst=${encodeURIComponent(RESET)}`;
  return {
    spend(multiplier) {
      spent += multiplier;
    },
    headers: () => ({
      "x-quota-snapshot-chat": header(-1, 100),
      "x-quota-snapshot-completions": header(-1, 100),
      "x-quota-snapshot-premium_interactions": header(ENTITLEMENT, percent()),
    }),
    snapshots(now) {
      const snapshot = (id: string, unlimited: boolean): Record<string, unknown> => ({
        entitlement: unlimited ? 0 : ENTITLEMENT,
        has_quota: true,
        overage_count: 0,
        overage_permitted: false,
        percent_remaining: unlimited ? 100 : percent(),
        quota_id: id,
        quota_remaining: unlimited ? 0 : left(),
        remaining: unlimited ? 0 : Math.floor(left()),
        timestamp_utc: new Date(now).toISOString(),
        unlimited,
      });
      return {
        chat: snapshot("chat", true),
        completions: snapshot("completions", true),
        premium_interactions: snapshot("premium_interactions", false),
      };
    },
  };
}
