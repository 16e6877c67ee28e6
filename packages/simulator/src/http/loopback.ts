import { isIPv4 } from "node:net";

/** Whether a host name or address can only mean this machine. */
export function isLoopback(name: string): boolean {
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return isIPv4(name) && name.startsWith("127.");
}

/** The name in a `Host` header, in lower case, without the port and without the brackets of an IPv6 address. */
export function hostnameOf(header: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header.trim().toLowerCase());
  return match?.[1] ?? match?.[2] ?? "";
}
