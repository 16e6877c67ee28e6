/** In a folder that may be written, what a command must not plant there for others to run. Relative to the folder. */
export const PROTECTED_PARTS: readonly string[] = [
  ".git/hooks",
  ".git/config",
  ".gitmodules",
  ".vscode",
  ".idea",
  ".mcp.json",
  ".github/workflows",
  ".zotpilot",
];
