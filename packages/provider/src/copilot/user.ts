import type { z } from "zod";
import type { userSchema } from "./schema.ts";

/** What is left of one allowance. */
export interface CopilotQuota {
  /** What it is for: `premium_interactions`, `chat`, `completions`. */
  name: string;
  unlimited: boolean;
  /** How much the plan gives in a period; absent when unlimited or not told. */
  entitlement?: number;
  /** How much of it is left. */
  remaining?: number;
  /** How much of it is left, from 0 to 100. */
  percentRemaining?: number;
  /** Whether use beyond the allowance is charged instead of refused. */
  overagePermitted: boolean;
  /** Use beyond the allowance so far. */
  overage: number;
  /** When it starts anew, ISO 8601, if that was told for this one alone. */
  resetsAt?: string;
}

/** What GitHub tells about the account. Every field may be absent: the service is free to leave it out. */
export interface CopilotUser {
  /** The name at GitHub. */
  login?: string;
  /** For example `individual`, `individual_pro`, `business`, `enterprise`, `free`. */
  plan?: string;
  /** The product behind the plan, for example `monthly_subscriber`. */
  sku?: string;
  quotas: readonly CopilotQuota[];
  /** When the allowances start anew: an ISO 8601 date or time. */
  resetsAt?: string;
}

/** Turns GitHub's answer about an account into ours: paid accounts have snapshots, free ones two tables of numbers. */
export function readUser(given: z.infer<typeof userSchema>): CopilotUser {
  const free = given.access_type_sku?.startsWith("free_limited") === true;
  const reset = given.quota_reset_date_utc ?? given.quota_reset_date ?? given.limited_user_reset_date;
  const plan = free ? "free" : given.copilot_plan;
  return {
    ...(typeof given.login === "string" && { login: given.login }),
    ...(typeof plan === "string" && { plan }),
    ...(typeof given.access_type_sku === "string" && { sku: given.access_type_sku }),
    quotas: [...paidQuotas(given), ...freeQuotas(given)],
    ...(reset !== undefined &&
      reset !== null && { resetsAt: typeof reset === "number" ? isoOf(reset) : reset }),
  };
}

function isoOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

function paidQuotas(given: z.infer<typeof userSchema>): CopilotQuota[] {
  return Object.entries(given.quota_snapshots ?? {}).flatMap(([name, quota]) => {
    if (!quota) return [];
    const unlimited = quota.unlimited === true || quota.entitlement === -1;
    const remaining = quota.quota_remaining ?? quota.remaining;
    return [
      {
        name,
        unlimited,
        ...(!unlimited && typeof quota.entitlement === "number" && { entitlement: quota.entitlement }),
        ...(!unlimited && typeof remaining === "number" && { remaining }),
        ...(typeof quota.percent_remaining === "number" && { percentRemaining: quota.percent_remaining }),
        overagePermitted: quota.overage_permitted === true,
        overage: quota.overage_count ?? 0,
      },
    ];
  });
}

function freeQuotas(given: z.infer<typeof userSchema>): CopilotQuota[] {
  return Object.entries(given.limited_user_quotas ?? {}).flatMap(([name, remaining]) => {
    if (typeof remaining !== "number") return [];
    const entitlement = given.monthly_quotas?.[name];
    return [
      {
        name,
        unlimited: false,
        remaining,
        ...(typeof entitlement === "number" && {
          entitlement,
          ...(entitlement > 0 && { percentRemaining: Math.min(100, (100 * remaining) / entitlement) }),
        }),
        overagePermitted: false,
        overage: 0,
      },
    ];
  });
}
