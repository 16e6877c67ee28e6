import type { CopilotOptions } from "@zotpilot/provider";

/**
 * The client identity from the environment; what is not set keeps the provider's defaults. See the provider's README
 * for what the identity means.
 */
export function identityFrom(env: Record<string, string | undefined>): Pick<CopilotOptions, "identity"> {
  const identity = {
    ...(env["ZOTPILOT_EDITOR_VERSION"] && { editorVersion: env["ZOTPILOT_EDITOR_VERSION"] }),
    ...(env["ZOTPILOT_PLUGIN_VERSION"] && { editorPluginVersion: env["ZOTPILOT_PLUGIN_VERSION"] }),
    ...(env["ZOTPILOT_INTEGRATION_ID"] && { integrationId: env["ZOTPILOT_INTEGRATION_ID"] }),
    ...(env["ZOTPILOT_USER_AGENT"] && { userAgent: env["ZOTPILOT_USER_AGENT"] }),
    ...(env["ZOTPILOT_API_VERSION"] && { apiVersion: env["ZOTPILOT_API_VERSION"] }),
  };
  return Object.keys(identity).length > 0 ? { identity } : {};
}
