import { randomBytes, randomInt } from "node:crypto";
import type { SimulatorClock } from "../clock.ts";

/** How far a device code has come. */
export type DeviceState = "pending" | "approved" | "denied" | "used";

/** A device code that was handed out. */
export interface DeviceGrant {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly clientId: string;
  readonly scope: string;
  /** Milliseconds of the simulator's clock. */
  readonly expiresAt: number;
  /** Seconds; grows with every poll that came too early. */
  interval: number;
  lastPollAt: number | undefined;
  state: DeviceState;
}

/** Who is logged in where: device codes and GitHub tokens. */
export interface DeviceDesk {
  /** The login name every token belongs to. */
  readonly login: string;
  start(clientId: string, scope: string): DeviceGrant;
  byDeviceCode(code: string): DeviceGrant | undefined;
  /** Case, spaces and a missing dash are forgiven. An expired or decided code is not found. */
  byUserCode(code: string): DeviceGrant | undefined;
  /** Codes that wait for a decision, newest last. */
  pending(): readonly DeviceGrant[];
  /** Whether this poll comes too early; counts it, and raises the interval when it does. */
  pollsTooEarly(grant: DeviceGrant): boolean;
  issueToken(): string;
  accepts(token: string): boolean;
  revoke(token: string): void;
}

/** Options of {@link createDeviceDesk}. */
export interface DeviceDeskOptions {
  clock: SimulatorClock;
  intervalSeconds: number;
  lifetimeSeconds: number;
  autoApprove: boolean;
}

// A timer may fire a moment before its time; that is not the client's impatience.
const TIMER_SLACK_MS = 2;
const LETTERS = "BCDFGHJKLMNPQRSTVWXZ";

/** Opens an empty desk. */
export function createDeviceDesk(options: DeviceDeskOptions): DeviceDesk {
  const { clock } = options;
  const grants = new Map<string, DeviceGrant>();
  const tokens = new Set<string>();
  const isPending = (grant: DeviceGrant): boolean =>
    grant.state === "pending" && clock.now() < grant.expiresAt;
  return {
    login: "sample-user",
    start(clientId, scope) {
      const grant: DeviceGrant = {
        deviceCode: randomBytes(20).toString("hex"),
        userCode: `${letters(4)}-${letters(4)}`,
        clientId,
        scope,
        expiresAt: clock.now() + options.lifetimeSeconds * 1000,
        interval: options.intervalSeconds,
        lastPollAt: undefined,
        state: options.autoApprove ? "approved" : "pending",
      };
      grants.set(grant.deviceCode, grant);
      return grant;
    },
    byDeviceCode: (code) => grants.get(code),
    byUserCode(code) {
      const wanted = plainCode(code);
      return [...grants.values()].find((grant) => plainCode(grant.userCode) === wanted && isPending(grant));
    },
    pending: () => [...grants.values()].filter(isPending),
    pollsTooEarly(grant) {
      const now = clock.now();
      const last = grant.lastPollAt;
      grant.lastPollAt = now;
      if (last === undefined || now - last >= grant.interval * 1000 - TIMER_SLACK_MS) return false;
      grant.interval += 5;
      return true;
    },
    issueToken() {
      const token = `ghu_${randomBytes(18).toString("hex")}`;
      tokens.add(token);
      return token;
    },
    accepts: (token) => tokens.has(token),
    revoke: (token) => {
      tokens.delete(token);
    },
  };
}

function letters(count: number): string {
  return Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

function plainCode(code: string): string {
  return code.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}
