import { ProviderError } from "../errors/provider-error.ts";

/**
 * As which program we present ourselves to Copilot. The service refuses exchanged tokens without an editor version, and
 * the integration id decides which models exist. The defaults are the values that the VS Code extension sends; using
 * them means that GitHub sees this client as that one. Whoever has an integration of their own sets their own values.
 */
export interface ClientIdentity {
  /** `Editor-Version`, as `name/version`. */
  editorVersion: string;
  /** `Editor-Plugin-Version`, as `name/version`. */
  editorPluginVersion: string;
  /** `Copilot-Integration-Id`. */
  integrationId: string;
  /** `User-Agent`. */
  userAgent: string;
  /** `X-GitHub-Api-Version` of the Copilot host; it selects the dialect of the answers. */
  apiVersion: string;
}

/** The values used where {@link ClientIdentity} is not set. */
export const defaultIdentity: Readonly<ClientIdentity> = {
  editorVersion: "vscode/1.107.0",
  editorPluginVersion: "copilot-chat/0.35.0",
  integrationId: "vscode-chat",
  userAgent: "GitHubCopilotChat/0.35.0",
  apiVersion: "2025-05-01",
};

/**
 * The GitHub App that the device login uses when no other client id is set: the app of GitHub's own Copilot editor
 * plug-ins. Logging in with it means acting under that app; GitHub can withdraw this at any time. Set the client id of
 * an app of your own if you have one that may use Copilot.
 */
export const defaultClientId = "Iv1.b507a08c87ecfe98";

/** The API version that GitHub's token and user endpoints are asked with. */
const REST_API_VERSION = "2025-04-01";
/** The integration id that the service takes together with a GitHub token used directly. */
const DIRECT_INTEGRATION = "copilot-developer-cli";

/** The headers of an identity, for each host and kind of token. */
export interface IdentityHeaders {
  /** For GitHub's REST host. */
  rest: Record<string, string>;
  /** For the Copilot host, whatever the token. */
  copilot: Record<string, string>;
  /** For the Copilot host, with an exchanged token. */
  exchanged: Record<string, string>;
  /** For the Copilot host, with a GitHub token used directly: those need no editor. */
  direct: Record<string, string>;
}

/** Puts an identity into headers. Throws a `bad_request` error for values no header can hold. */
export function identityHeaders(given: Partial<ClientIdentity>): IdentityHeaders {
  const identity = { ...defaultIdentity };
  for (const name of Object.keys(defaultIdentity) as (keyof ClientIdentity)[]) {
    const value = given[name];
    if (value === undefined) continue;
    if (!/^[\u0020-\u007e]+$/.test(value)) {
      throw new ProviderError(
        "bad_request",
        `The identity setting ${name} holds characters that no header takes.`,
      );
    }
    identity[name] = value;
  }
  const exchanged = {
    "User-Agent": identity.userAgent,
    "Editor-Version": identity.editorVersion,
    "Editor-Plugin-Version": identity.editorPluginVersion,
    "Copilot-Integration-Id": identity.integrationId,
  };
  const direct = {
    "User-Agent": identity.userAgent,
    "Copilot-Integration-Id": given.integrationId ?? DIRECT_INTEGRATION,
  };
  return {
    rest: { Accept: "application/json", ...exchanged, "X-GitHub-Api-Version": REST_API_VERSION },
    copilot: { "X-GitHub-Api-Version": identity.apiVersion },
    exchanged,
    direct,
  };
}
