/** The name of a session's file: when it was made, and the beginning of its id. */
export function sessionFileName(id: string, createdAt: string): string {
  const stamp = createdAt.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${stamp}-${id.slice(0, 8)}.jsonl`;
}
