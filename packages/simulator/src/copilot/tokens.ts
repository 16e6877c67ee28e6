import { randomBytes } from "node:crypto";
import type { SimulatorClock } from "../clock.ts";

/** A minted Copilot token, as the exchange tells it. */
export interface MintedToken {
  token: string;
  /** Unix seconds. */
  expires_at: number;
  /** Seconds. */
  refresh_in: number;
}

/** The Copilot tokens of one simulator: mints them and knows which are good. */
export interface CopilotTokens {
  mint(overrides?: { lifetimeSeconds?: number; refreshInSeconds?: number }): MintedToken;
  /** Whether this is a token of ours that has not expired by the simulator's clock and was not revoked. */
  accepts(token: string): boolean;
  /** Accepts a token that was made elsewhere, from now on for so long. */
  adopt(token: string, lifetimeSeconds: number): void;
  /** Makes one token invalid before its time. */
  revoke(token: string): void;
}

/** Options of {@link createCopilotTokens}. */
export interface CopilotTokensOptions {
  clock: SimulatorClock;
  lifetimeSeconds: number;
  refreshInSeconds: number;
  proxyHost: () => string;
}

/** Creates an empty set of tokens. */
export function createCopilotTokens(options: CopilotTokensOptions): CopilotTokens {
  const expiry = new Map<string, number>();
  return {
    mint(overrides = {}) {
      const lifetimeSeconds = overrides.lifetimeSeconds ?? options.lifetimeSeconds;
      const until = options.clock.now() + lifetimeSeconds * 1000;
      const expiresAt = Math.floor(until / 1000);
      const fields = [
        `tid=${randomBytes(16).toString("hex")}`,
        `exp=${expiresAt}`,
        "sku=monthly_subscriber",
        `proxy-ep=${options.proxyHost()}`,
        "st=dotcom;chat=1;cit=1;malfil=1;editor_preview_features=1;agent_mode=1;mcp=1;ccr=1;8kp=1",
        "ip=192.0.2.1;asn=AS64496",
      ];
      const token = `${fields.join(";")}:${randomBytes(32).toString("hex")}`;
      expiry.set(token, until);
      return {
        token,
        expires_at: expiresAt,
        refresh_in: overrides.refreshInSeconds ?? options.refreshInSeconds,
      };
    },
    adopt: (token, lifetimeSeconds) => {
      expiry.set(token, options.clock.now() + lifetimeSeconds * 1000);
    },
    accepts: (token) => (expiry.get(token) ?? 0) > options.clock.now(),
    revoke: (token) => {
      expiry.delete(token);
    },
  };
}
