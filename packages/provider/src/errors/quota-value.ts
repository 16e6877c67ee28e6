/** One of Copilot's quota headers, which are form-encoded. */
export interface QuotaValue {
  /** What the plan gives in a period; -1 for without limit. */
  entitlement: number;
  /** What is left of it, from 0 to 100. */
  percentRemaining: number;
  overage: number;
  overagePermitted: boolean;
  /** ISO 8601. */
  resetsAt?: string;
}

/** Reads `ent=300&ov=0.0&ovPerm=false&rem=87.6&rst=2026-10-01T00%3A00%3A00Z`; `undefined` for what is no such thing. */
export function readQuotaValue(text: string): QuotaValue | undefined {
  const fields = new URLSearchParams(text.slice(0, 1000));
  const entitlement = numberOf(fields.get("ent"));
  const remaining = numberOf(fields.get("rem"));
  if (entitlement === undefined || remaining === undefined) return undefined;
  const resets = new Date(fields.get("rst") ?? "");
  return {
    entitlement,
    percentRemaining: Math.min(100, Math.max(0, remaining)),
    overage: numberOf(fields.get("ov")) ?? 0,
    overagePermitted: fields.get("ovPerm") === "true",
    ...(!Number.isNaN(resets.getTime()) && { resetsAt: resets.toISOString() }),
  };
}

function numberOf(text: string | null): number | undefined {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
