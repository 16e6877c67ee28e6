import { createHash, randomBytes } from "node:crypto";

/** Opaque values that clients must bring back unchanged: encrypted reasoning and the signatures of thinking. */
export interface Seals {
  /** Makes a value that is bound to what it is about: a model, or a text. */
  make(about: string): string;
  /** Takes a value that a script made up. */
  adopt(value: string): void;
  /** Whether a value is one of ours and, unless a script or a fixture made it, about this. */
  accepts(value: string, about: string): boolean;
}

const PREFIX = "sealed by the simulator:";
/** Values inside of fixtures read so when they are decoded. */
const FIXTURE = "fixture ";

/** Creates seals. What one simulator sealed, another one accepts: conversations may outlive a simulator. */
export function createSeals(): Seals {
  const adopted = new Set<string>();
  return {
    make: (about) => encode(`${PREFIX}${digest(about)}:${randomBytes(12).toString("hex")}`),
    adopt: (value) => {
      adopted.add(value);
    },
    accepts(value, about) {
      const inside = decode(value);
      return (
        adopted.has(value) || inside.startsWith(FIXTURE) || inside.startsWith(`${PREFIX}${digest(about)}:`)
      );
    },
  };
}

/** An id that means nothing to a client, long and different each time, as recorded traffic has them. */
export function opaqueId(): string {
  return encode(`${ID_PREFIX}${randomBytes(32).toString("hex")}`);
}

/** Whether an id is one of {@link opaqueId}, or of a fixture. */
export function isOpaqueId(id: string): boolean {
  const inside = decode(id);
  return inside.startsWith(ID_PREFIX) || inside.startsWith("fixture-opaque-");
}

const ID_PREFIX = "an id of the simulator:";

function digest(about: string): string {
  return createHash("sha256").update(about).digest("hex");
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

function decode(value: string): string {
  return Buffer.from(value, "base64").toString("utf8");
}
