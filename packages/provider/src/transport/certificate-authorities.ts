import { X509Certificate } from "node:crypto";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { ProviderError } from "../errors/provider-error.ts";

/** The certificates inside one or more PEM texts. */
function certificatesIn(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}

/**
 * What TLS connections trust: the authorities that Node trusts anyway (its own, and those of `NODE_EXTRA_CA_CERTS`), and
 * the given ones. Made once for all connections, because reading the list takes a while. Throws a `bad_request`
 * {@link ProviderError} for text that holds no certificate.
 */
export function trustedContext(authorities: string | readonly string[]): SecureContext {
  const given = (typeof authorities === "string" ? [authorities] : authorities).flatMap((text) => {
    const found = certificatesIn(text);
    if (found.length === 0) throw unusable();
    return found;
  });
  try {
    // Read one by one, because a secure context silently leaves out what it cannot read.
    const read = given.map((certificate) => new X509Certificate(certificate).toString());
    return createSecureContext({ ca: [...getCACertificates("default"), ...read] });
  } catch {
    throw unusable();
  }
}

function unusable(): ProviderError {
  return new ProviderError(
    "bad_request",
    "The option `ca` holds something that is not a certificate in PEM form.",
    { hint: "Give the text of the file, from -----BEGIN CERTIFICATE----- on, and not its path." },
  );
}
