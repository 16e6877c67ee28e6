import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** The secrets of one page. All are 256 random bits, and none of them has anything to do with the login itself. */
export interface Session {
  /** The folder of the page. Random too, because cookies are shared by all ports of 127.0.0.1 but not by all paths. */
  readonly folder: string;
  /** The path that works once. */
  readonly entrance: string;
  /** What the page's own forms carry. */
  readonly formToken: string;
  /** Uses the entrance up: the cookie to set, or undefined when that was done before. */
  enter(): string | undefined;
  isEntered(): boolean;
  /** Whether a `Cookie` header is that of the browser which entered. */
  owns(cookieHeader: string | undefined): boolean;
}

const cookieName = "zotpilot_login";

export function createSession(): Session {
  const folder = `/${secret()}/`;
  const cookie = secret();
  let entered = false;
  return {
    folder,
    entrance: folder + secret(),
    formToken: secret(),
    enter() {
      if (entered) return undefined;
      entered = true;
      return `${cookieName}=${cookie}; Path=${folder}; HttpOnly; SameSite=Strict`;
    },
    isEntered: () => entered,
    // Another server on this address can add cookies of the same name, so that one of several may be ours.
    owns: (header = "") =>
      entered && header.split(";").some((pair) => isSame(pair.trim(), `${cookieName}=${cookie}`)),
  };
}

/** Compares in a time that tells nothing about how much of it is right. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
