import { displayText, withoutSecret } from "../display.ts";
import { AuthError } from "../errors.ts";
import { isTransient, notGitHub, refusal, unwell } from "./answer.ts";
import type { GitHubHost } from "./host.ts";
import { request } from "./http.ts";
import type { HttpOptions } from "./http.ts";
import { deviceCodeSchema } from "./schema.ts";

/** Settings of `requestDeviceCode`. */
export interface DeviceCodeOptions extends HttpOptions {
  readonly host: GitHubHost;
  /** The application that asks. */
  readonly clientId: string;
  /** What it asks for, separated by spaces. Apps of the `Iv1.` kind have fixed rights and ignore it. */
  readonly scope?: string;
}

/**
 * A login that waits for a person: they enter `userCode` on the page `verificationUri`, which is on the chosen host.
 * `deviceCode` is the secret half: whoever has it gets the token, so it is never shown.
 */
export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

const defaultIntervalSeconds = 5;
const defaultLifeSeconds = 900;
const longestLifeSeconds = 1800;

/**
 * Starts a device login (RFC 8628). Throws `AuthError`: `login_failed` when the host refuses, `invalid_response` when
 * the answer is not GitHub's or sends people to another host, `network` when there is none.
 */
export async function requestDeviceCode(options: DeviceCodeOptions): Promise<DeviceCode> {
  const { host, clientId, scope } = options;
  const answer = await request(
    {
      url: `${host.webOrigin}/login/device/code`,
      form: { client_id: clientId, ...(scope === undefined ? {} : { scope }) },
    },
    options,
  );
  const parsed = deviceCodeSchema.safeParse(answer.json);
  if (!parsed.success) {
    if (answer.status === 404 && answer.json !== undefined)
      throw new AuthError(
        "login_failed",
        `${host.name} does not know the client id (HTTP 404). Check the clientId setting.`,
      );
    if (isTransient(answer)) throw unwell(host, answer);
    const refused = refusal(host, answer);
    if (refused !== undefined) throw refused;
    const field = parsed.error.issues[0]?.path[0];
    const detail = typeof field === "string" ? `JSON without a usable ${field}` : undefined;
    throw notGitHub(host, answer, detail);
  }
  const code = parsed.data;
  return {
    deviceCode: code.device_code,
    userCode: code.user_code,
    verificationUri: checkVerificationUri(host, withoutSecret(code.verification_uri, code.device_code)),
    expiresInSeconds: Math.min(code.expires_in ?? defaultLifeSeconds, longestLifeSeconds),
    intervalSeconds: code.interval ?? defaultIntervalSeconds,
  };
}

/** People trust the address that we show them, so it must be on the host that they chose. */
function checkVerificationUri(host: GitHubHost, text: string): string {
  // URL drops line ends and surrounding blanks; a terminal or a shell would not.
  const url = /^[\x21-\x7e]+$/.test(text) ? URL.parse(text) : null;
  const trusted = url !== null && url.origin === host.webOrigin && url.username === "" && url.password === "";
  if (trusted) return url.href;
  throw new AuthError(
    "invalid_response",
    `The answer to the login sends people to "${displayText(text)}", which is not on ${host.name}. It was not opened: do not enter a code there.`,
  );
}
