/** Takes on the mask and the user that the test asked for, once the program's own files are loaded. */
export function takeIdentity(): void {
  const { TEST_UMASK: mask, TEST_USER: user } = process.env;
  if (mask !== undefined) process.umask(Number.parseInt(mask, 8));
  if (user === undefined) return;
  process.setgroups?.([]);
  process.setgid?.(Number(user));
  process.setuid?.(Number(user));
}
