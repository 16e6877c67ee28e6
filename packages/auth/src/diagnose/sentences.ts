import { displayText } from "../display.ts";
import type { ShownCertificate } from "./connect.ts";
import type { Finding } from "./finding.ts";

/** More than this is worth a word: certificates and tokens depend on the time. */
const bearableSkewMs = 60_000;

const unknownIssuer = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Who vouches for the host, and whether this machine believes it. */
export function certificateFinding(origin: string, certificate: ShownCertificate): Finding {
  const { error } = certificate;
  const issuer = displayText(certificate.issuer, 100);
  if (error === undefined)
    return { check: "tls", origin, status: "ok", message: `The certificate was issued by ${issuer}.` };
  const problem = { check: "tls", origin, status: "problem" } as const;
  if (unknownIssuer.has(error))
    return {
      ...problem,
      message: `The certificate was issued by ${issuer}, whom this machine does not know (${error}).`,
      advice:
        "If that is your company, put its certificate into a file and name it in NODE_EXTRA_CA_CERTS; else somebody listens in.",
    };
  if (error === "CERT_HAS_EXPIRED" || error === "CERT_NOT_YET_VALID")
    return {
      ...problem,
      message: `The certificate, issued by ${issuer} and valid until ${displayText(certificate.validTo)}, is not valid now (${error}).`,
      advice: "Check the date of this machine; if it is right, tell who runs the host or the proxy.",
    };
  return {
    ...problem,
    message: `The certificate, issued by ${issuer}, does not fit (${displayText(error, 60)}).`,
    advice: "Another host answered: check the proxy and the network.",
  };
}

/** Whether it is the host that answers. */
export function httpFinding(origin: string, { status, headers }: Response): Finding {
  const server = headers.get("server");
  const by = server === null ? "" : ` (server: ${displayText(server, 60)})`;
  const found = { check: "http", origin, message: `It answers with HTTP ${status}${by}.` } as const;
  if (status === 429)
    return { ...found, status: "warning", advice: "It is asked too often: wait for a while." };
  if (status >= 500)
    return { ...found, status: "warning", advice: "It cannot answer at the moment: try again later." };
  if (status === 403 || status === 451)
    return {
      ...found,
      status: "warning",
      advice: "If requests fail too, a proxy or the network's policy may block it.",
    };
  return { ...found, status: "ok" };
}

/** How far this machine's clock is from the host's; undefined when the host does not tell the time. */
export function clockFinding(origin: string, header: string | null, now: number): Finding | undefined {
  const there = header === null ? Number.NaN : Date.parse(header);
  if (!Number.isFinite(there)) return undefined;
  const skew = now - there;
  if (Math.abs(skew) <= bearableSkewMs)
    return { check: "clock", origin, status: "ok", message: "The clock of this machine is right." };
  const direction = skew > 0 ? "ahead" : "behind";
  return {
    check: "clock",
    origin,
    status: "warning",
    message: `The clock of this machine is ${duration(Math.abs(skew))} ${direction}.`,
    advice: "Set the clock, or switch on that it sets itself: certificates and codes depend on it.",
  };
}

function duration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 120) return `${minutes} minute${minutes === 1 ? "" : "s"}`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
