export {
  createApprovalBroker,
  type ApprovalBroker,
  type ApprovalBrokerOptions,
} from "./permission/broker.ts";
export type { Decision } from "./permission/decide.ts";
export { callDigest, type DigestInput } from "./permission/digest.ts";
export {
  fixedPolicy,
  policyLayer,
  type PolicyLayer,
  type PolicyRules,
  type PolicySource,
} from "./permission/policy.ts";
export type { CommandMatch, Rule } from "./permission/rule.ts";
export {
  sensitivePaths,
  type SensitivePathOptions,
  type SensitivePaths,
} from "./permission/sensitive-paths.ts";
export {
  createPermissionStore,
  type ListedPermission,
  type PermissionStore,
  type PermissionStoreOptions,
} from "./permission/store.ts";
export type { ShellWord } from "./shell/words.ts";
export type { ToolCall } from "./shared/tool-call.ts";
